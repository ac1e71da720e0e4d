package dev.millrace.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.loop.RunMode;
import dev.millrace.systemd.FakeSystemd;
import dev.millrace.testing.Kernel;
import dev.millrace.testing.NoticeReceiver;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What systemd hears of a primary, as of a unit with {@code Type=notify}. */
@Tag("epoll")
class SupervisionTest {
    private static final String HOUR = "3600000000";

    @TempDir Path folder;

    private final List<String> told = new ArrayList<>();

    /** Waits for so many notices more; without what stands behind the first line. */
    private List<String> next(NoticeReceiver notices, int count) {
        Kernel.await(
                count + " notices, " + told,
                () -> {
                    notices.all().forEach(text -> told.add(text.replaceAll("\n.*", "")));
                    return told.size() >= count;
                });
        List<String> found = List.copyOf(told);
        told.clear();
        return found;
    }

    @Test
    void aReplacedPrimaryIsTheMainProcessAndReadyThere() throws Exception {
        try (NoticeReceiver notices = NoticeReceiver.at(folder.resolve("notify"))) {
            Map<String, String> ofUnit =
                    Map.of(
                            "NOTIFY_SOCKET",
                            notices.address().toString(),
                            "WATCHDOG_USEC",
                            HOUR,
                            "WATCHDOG_PID",
                            "1");
            try (var old = new PrimaryProcess(ofUnit, folder.resolve("control"), "tcp", "0")) {
                int port = old.port(old.pid(), "tcp", 2);
                assertThat(next(notices, 1)).containsExactly("READY=1");
                assertThat(old.said(old.pid(), "watchdog ")).as("another one's").isEqualTo("0");
                assertThat(old.workers(old.pid()))
                        .allMatch(worker -> !environment(worker).contains("NOTIFY_SOCKET="))
                        .allMatch(worker -> !environment(worker).contains("WATCHDOG_"));

                Kernel.signal("HUP", old.pid());
                assertThat(next(notices, 2)).containsExactly("RELOADING=1", "READY=1");

                Kernel.signal("USR1", old.pid());
                List<String> replaced = next(notices, 2);
                assertThat(replaced).element(0).asString().startsWith("MAINPID=");
                assertThat(replaced).element(1).isEqualTo("READY=1");
                long pid = Long.parseLong(replaced.getFirst().substring("MAINPID=".length()));
                assertThat(pid).isNotEqualTo(old.pid());
                assertThat(old.said(pid, "watchdog ")).as("its own").isEqualTo("1800000");
                assertThat(old.process.waitFor()).isZero();
                assertThat(notices.all()).as("the old one says nothing more").isEmpty();
                assertThat(Kernel.isListening(port)).isTrue();

                Kernel.signal("TERM", pid);
                assertThat(next(notices, 1)).containsExactly("STOPPING=1");
                Kernel.await("its end", () -> ProcessHandle.of(pid).isEmpty());
                assertThat(notices.all()).isEmpty();
            }
        }
    }

    private static String environment(ProcessHandle process) {
        try {
            return Files.readString(Path.of("/proc/" + process.pid() + "/environ"));
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void itIsReadyWhenEveryWorkerIs() throws IOException {
        try (FakeSystemd systemd = new FakeSystemd(folder);
                var cluster = new ClusterFixture(2, Scheduling.SHARED, "mute", "0")) {
            cluster.primary.supervised(systemd.notifier(cluster.loop));
            cluster.until("mute", 2);
            assertThat(systemd.notices().hasNext()).as("neither listens").isFalse();
            assertThatThrownBy(() -> cluster.primary.supervised(systemd.notifier(cluster.loop)))
                    .isInstanceOf(IllegalStateException.class);
            cluster.primary.workers().get(0).ready();
            cluster.primary.changed();
            cluster.loop.run(RunMode.NOWAIT);
            assertThat(systemd.notices().hasNext()).as("one is").isFalse();
            cluster.primary.workers().get(1).ready();
            cluster.primary.changed();
            cluster.until("both", () -> systemd.notices().hasNext());
            assertThat(systemd.notices().all()).containsExactly("READY=1");
        }
    }
}
