package dev.millrace.systemd;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.kernel.Descriptor;
import dev.millrace.loop.Loop;
import dev.millrace.loop.RunMode;
import dev.millrace.net.NetServer;
import dev.millrace.testing.NoticeReceiver;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What stands in the Javadoc. */
class ServiceNotifierExamplesTest {
    private final Loop loop = Loop.create();

    @AfterEach
    void close() {
        loop.close();
    }

    @Test
    void ready() {
        NetServer server = NetServer.create(loop);
        // @start region="ready"
        ServiceNotifier systemd = ServiceNotifier.of(loop);
        server.onListening(() -> systemd.ready().status("serving"));
        server.onClosing(() -> systemd.stopping());
        // @end
        server.close();
        loop.run(RunMode.DEFAULT);
        assertThat(systemd.isPresent()).isFalse();
    }

    @Test
    void store(@TempDir Path folder) {
        ServiceNotifier systemd = ServiceNotifier.of(loop);
        try (Descriptor log = NoticeReceiver.open(folder)) {
            // @start region="store"
            systemd.store(StoredName.encode("log:today"), log);
            // @end
            assertThat(log.isOpen()).isTrue();
        }
        assertThat(systemd.watchdogInterval()).isEqualTo(Duration.ZERO);
    }
}
