package dev.millrace.loop;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.kernel.Readiness;
import dev.millrace.net.NetServer;
import dev.millrace.sys.JvmSignals;
import dev.millrace.sys.Libc;
import dev.millrace.testing.Fifo;
import dev.millrace.testing.LoopFixture;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the Javadoc of phase hooks, wake-ups, signals and watches shows, compiled and run. */
class HandleExamplesTest {
    private final StringBuffer printed = new StringBuffer();

    private void print(Object text) {
        printed.append(text).append('|');
    }

    @Test
    void phases() {
        LoopFixture.run(this::phase);
        assertThat(printed).hasToString("about to wait|about to wait|");
    }

    private void phase(Loop loop) {
        // @start region="phase"
        PhaseHandle prepare = new PhaseHandle(loop, PhaseHandle.Phase.PREPARE);
        prepare.start(() -> print("about to wait"));
        prepare.unref();
        // @end
        loop.setImmediate(() -> loop.setImmediate(() -> {}));
    }

    @Test
    void wakeUps() {
        LoopFixture.run(this::wakeUp);
        assertThat(printed).hasToString("hello|");
    }

    private void wakeUp(Loop loop) {
        // @start region="async"
        Queue<String> inbox = new ConcurrentLinkedQueue<>();
        AsyncHandle mail = new AsyncHandle(loop, () -> print(inbox.poll()));
        Thread.startVirtualThread(() -> {
            inbox.add("hello");
            mail.send();
        });
        // @end
        PhaseHandle check = new PhaseHandle(loop, PhaseHandle.Phase.CHECK);
        check.unref();
        check.start(() -> {
            if (printed.length() > 0) {
                mail.close();
            }
        });
    }

    @Test
    void signals() {
        LoopFixture.run(loop -> {
            NetServer server = NetServer.create(loop, socket -> {});
            server.onClose(() -> print("closed")).listen(0, "127.0.0.1");
            untilTerm(loop, server);
            JvmSignals.open().raise("TERM");
        });
        assertThat(printed).hasToString("closed|");
    }

    private static void untilTerm(Loop loop, NetServer server) {
        // @start region="signal"
        SignalHandle term = new SignalHandle(loop);
        term.startOnce("SIGTERM", name -> server.close()); // and those it serves may finish
        // @end
    }

    @Test
    @Tag("epoll")
    void watches(@TempDir Path folder) {
        try (Libc libc = new Libc()) {
            int descriptor = new Fifo(libc, folder).both();
            byte[] bytes = {1, 2, 3};
            libc.write(descriptor, bytes, 0, bytes.length);
            LoopFixture.run(loop -> watch(loop, descriptor));
            assertThat(libc.close(descriptor)).isZero();
        }
        assertThat(printed).hasToString("3 bytes|");
    }

    private void watch(Loop loop, int descriptor) {
        try {
            watchDevice(loop, descriptor, () -> readTen(descriptor));
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private static int readTen(int descriptor) {
        try (Libc libc = new Libc()) {
            return libc.read(descriptor, new byte[10], 0, 10);
        }
    }

    private interface Device {
        int read();
    }

    private void watchDevice(Loop loop, int descriptor, Device device) throws IOException {
        // @start region="watch"
        WatchHandle watch = new WatchHandle(loop, descriptor);
        watch.start(
                Set.of(Readiness.READABLE),
                ready -> {
                    print(device.read() + " bytes"); // by the library that opened it
                    watch.close();
                });
        // @end
    }

    @Test
    void stalls() {
        LoopFixture.run(loop -> {
            detect(loop);
            loop.setImmediate(() -> print("no stall"));
        });
        assertThat(printed).hasToString("no stall|");
    }

    private static void detect(Loop loop) {
        // @start region="stall"
        StallDetector.start(
                loop,
                Duration.ofMillis(500),
                stall ->
                        System.err.println(
                                stall.thread() + " is blocked at\n" + stall.stackText()));
        // @end
    }
}
