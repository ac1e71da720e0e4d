package dev.millrace.systemd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.driver.RecordingDriver;
import dev.millrace.kernel.Descriptor;
import dev.millrace.kernel.SystemError;
import dev.millrace.kernel.UnixAddress;
import dev.millrace.kernel.UnixDatagram;
import dev.millrace.loop.DriverLoops;
import dev.millrace.loop.Loop;
import dev.millrace.loop.RunMode;
import dev.millrace.testing.Journal;
import dev.millrace.testing.LoopFixture;
import dev.millrace.testing.NoticeReceiver;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ServiceNotifierTest {
    private static final long PID = 4711;

    private final RecordingDriver driver = new RecordingDriver().withStoppedTime();
    private final Loop loop = DriverLoops.on(driver);
    private final Journal journal = new Journal();

    @TempDir private Path folder;
    private NoticeReceiver systemd;

    @BeforeEach
    void begin() throws IOException {
        systemd = NoticeReceiver.at(folder.resolve("notify"));
    }

    @AfterEach
    void end() {
        loop.close();
        systemd.close();
    }

    private ServiceNotifier manager(String... variables) {
        Map<String, String> environment = new HashMap<>();
        environment.put("NOTIFY_SOCKET", systemd.address().toString());
        for (int at = 0; at < variables.length; at += 2) {
            environment.put(variables[at], variables[at + 1]);
        }
        return ServiceNotifier.of(loop, environment, PID);
    }

    private void pass(long millis) {
        driver.passMillis(millis);
        turn();
    }

    /** Of a loop that nothing else keeps alive. */
    private void turn() {
        Runnable release = loop.keepAlive();
        loop.run(RunMode.NOWAIT);
        release.run();
    }

    @Test
    @Tag("I22")
    void eachCommandIsANoticeOfItsOwn() {
        ServiceNotifier manager = manager();
        assertThat(manager.isPresent()).isTrue();
        manager.ready()
                .status("two\nlines")
                .mainPid(12)
                .extendTimeout(Duration.ofSeconds(3))
                .send("ERRNO=2", "X_MINE=1")
                .stopping();
        assertThat(systemd.all())
                .containsExactly(
                        "READY=1",
                        "STATUS=two lines",
                        "MAINPID=12",
                        "EXTEND_TIMEOUT_USEC=3000000",
                        "ERRNO=2\nX_MINE=1",
                        "STOPPING=1");
        assertThat(manager).hasToString("ServiceNotifier[" + systemd.address() + "]");
    }

    /** systemd compares it with its own reading of CLOCK_MONOTONIC. */
    @Test
    void aReloadSaysWhenItBegan() throws IOException {
        manager().reloading();
        double after = uptime();
        String text = systemd.next().text();
        assertThat(text).startsWith("RELOADING=1\nMONOTONIC_USEC=");
        double seconds = Long.parseLong(text.substring(text.lastIndexOf('=') + 1)) / 1e6;
        assertThat(seconds).isBetween(after / 100, after + 0.02);
    }

    /** proc_uptime(5) counts the time in which the machine slept as well. */
    private static double uptime() throws IOException {
        return Double.parseDouble(Files.readString(Path.of("/proc/uptime")).split(" ")[0]);
    }

    @Test
    void withoutSystemdNothingHappens() {
        ServiceNotifier absent =
                ServiceNotifier.of(loop, Map.of("WATCHDOG_USEC", "2000"), PID).ready().stopping();
        assertThat(absent.isPresent()).isFalse();
        assertThat(absent.watchdogInterval()).isZero();
        assertThat(absent).hasToString("ServiceNotifier[absent]");
        pass(10);
        assertThat(systemd.hasNext()).isFalse();
        assertThat(loop.isAlive()).isFalse();
    }

    @Test
    @Tag("I22")
    void theWatchdogIsToldTwiceInItsTimeAsLongAsTheLoopRuns() {
        ServiceNotifier manager = manager("WATCHDOG_USEC", "2000000", "WATCHDOG_PID", "4711");
        assertThat(manager.watchdogInterval()).isEqualTo(Duration.ofSeconds(1));
        pass(999);
        assertThat(systemd.all()).isEmpty();
        for (int count = 0; count < 3; count++) {
            pass(1000);
            assertThat(systemd.all()).containsExactly("WATCHDOG=1");
        }
        assertThat(loop.isAlive()).as("it keeps nothing alive").isFalse();
        manager.close();
        pass(5000);
        assertThat(systemd.all()).isEmpty();
    }

    @Test
    void aWatchdogOfAnotherProcessIsNotOurs() {
        ServiceNotifier manager = manager("WATCHDOG_USEC", "2000000", "WATCHDOG_PID", "1");
        assertThat(manager.watchdogInterval()).isZero();
        pass(10_000);
        assertThat(systemd.all()).isEmpty();
    }

    @Test
    @Tag("I22")
    void anotherLoopThatStandsStillSilencesTheWatchdog() {
        ServiceNotifier manager = manager("WATCHDOG_USEC", "2000000");
        try (Loop other = Loop.create()) {
            manager.watch(other).watch(loop);
            pass(1000);
            assertThat(systemd.all()).as("it has not answered").isEmpty();
            other.run(RunMode.NOWAIT);
            pass(1000);
            assertThat(systemd.all()).containsExactly("WATCHDOG=1");
            pass(1000);
            assertThat(systemd.all()).as("it stands still").isEmpty();
            other.run(RunMode.NOWAIT);
            pass(1000);
            assertThat(systemd.all()).containsExactly("WATCHDOG=1");
        }
        pass(1000);
        assertThat(systemd.all()).as("one that has ended").containsExactly("WATCHDOG=1");
    }

    @Test
    @Tag("I22")
    void descriptorsAreKeptByNameAndRemovedByIt() throws IOException {
        ServiceNotifier manager = manager();
        try (Descriptor mine = NoticeReceiver.open(folder)) {
            manager.store("state", mine, mine).remove("state");
            assertThat(mine.isOpen()).isTrue();
        }
        NoticeReceiver.Notice stored = systemd.next();
        assertThat(stored.text()).isEqualTo("FDSTORE=1\nFDNAME=state");
        assertThat(stored.descriptors()).hasSize(2);
        stored.close();
        assertThat(systemd.next().text()).isEqualTo("FDSTOREREMOVE=1\nFDNAME=state");
    }

    @Test
    @Tag("I22")
    void whatFindsNoRoomWaitsInItsTurnAndTheDescriptorsWithIt() throws IOException {
        ServiceNotifier manager = manager();
        int sent = fill();
        try (Descriptor mine = NoticeReceiver.open(folder)) {
            manager.store("kept", mine);
        }
        // There is room for one, which is not the last one's.
        assertThat(systemd.next().text()).isEqualTo("x");
        manager.status("behind it");
        pass(10);
        for (int count = 1; count < sent; count++) {
            assertThat(systemd.next().text()).isEqualTo("x");
        }
        NoticeReceiver.Notice first = systemd.next();
        assertThat(first.text()).isEqualTo("FDSTORE=1\nFDNAME=kept");
        assertThat(first.descriptors()).as("although ours is closed").hasSize(1);
        first.close();
        pass(10);
        assertThat(systemd.all()).containsExactly("STATUS=behind it");
        manager.ready();
        assertThat(systemd.all()).as("at once again").containsExactly("READY=1");
    }

    private int fill() throws IOException {
        int sent = 0;
        try {
            while (true) {
                UnixDatagram.send(systemd.address(), new byte[] {'x'}, List.of());
                sent++;
            }
        } catch (IOException full) {
            assertThat(SystemError.codeOf(full)).isEqualTo("EAGAIN");
            return sent;
        }
    }

    @Test
    void aManagerThatStandsStillIsNotWaitedForWithoutEnd() throws IOException {
        List<IOException> errors = new ArrayList<>();
        ServiceNotifier manager = manager().onError(errors::add);
        fill();
        for (int count = 0; count < Notices.WAITING_MAX; count++) {
            manager.status("" + count);
        }
        turn();
        assertThat(errors).isEmpty();
        manager.status("one too many");
        assertThat(errors).as("not inside the call").isEmpty();
        turn();
        assertThat(errors).hasSize(1);
        assertThat(SystemError.codeOf(errors.getFirst())).isEqualTo("ENOBUFS");
        assertThat(loop.isAlive()).isFalse();
    }

    @Test
    void aManagerThatIsGoneIsToldToTheListener() {
        Map<String, String> nowhere = Map.of("NOTIFY_SOCKET", folder + "/nowhere");
        ServiceNotifier.of(loop, nowhere, PID)
                .onError(error -> journal.add(SystemError.codeOf(error)))
                .ready();
        LoopFixture.pollUntil(loop, "the error", () -> !journal.lines().isEmpty());
        assertThat(journal.lines()).containsExactly("ENOENT");
    }

    @Test
    void variablesThatMakeNoSenseAreNamed() {
        expectWrong("NOTIFY_SOCKET is vsock:2:1", Map.of("NOTIFY_SOCKET", "vsock:2:1"));
        expectWrong("NOTIFY_SOCKET: ", Map.of("NOTIFY_SOCKET", "/" + "x".repeat(200)));
        for (String micros : List.of("soon", "0", "-2", "1", "99999999999999999999")) {
            expectWrong(
                    "WATCHDOG_USEC is \"" + micros + "\"",
                    Map.of("NOTIFY_SOCKET", "/x", "WATCHDOG_USEC", micros));
        }
    }

    private void expectWrong(String message, Map<String, String> environment) {
        assertThatThrownBy(() -> ServiceNotifier.of(loop, environment, PID))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining(message);
    }

    @Test
    void argumentsThatMakeNoSenseAreRefused() {
        ServiceNotifier manager = manager();
        try (Descriptor mine = NoticeReceiver.open(folder)) {
            for (String name : List.of("", "a:b", "ä", "a\n", "x".repeat(256))) {
                expectRefused("no name of a descriptor", () -> manager.store(name, mine));
                expectRefused("no name of a descriptor", () -> manager.remove(name));
            }
        }
        expectRefused("0 descriptors: use 1 to 253", () -> manager.store("none"));
        expectRefused("use NAME=VALUE", () -> manager.send("READY"));
        expectRefused("on one line", () -> manager.send("A=1\nB=2"));
        expectRefused("use more than 0", () -> manager.mainPid(0));
        expectRefused("use more than zero", () -> manager.extendTimeout(Duration.ZERO));
        assertThat(systemd.hasNext()).isFalse();
    }

    private static void expectRefused(String message, Runnable call) {
        assertThatThrownBy(call::run)
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(message);
    }

    @Test
    void anyTextHasAName() {
        assertThat(StoredName.encode("IPv4:0.0.0.0:80")).isEqualTo("IPv4%3A0.0.0.0%3A80");
        assertThat(StoredName.encode("Unix:/run/ä%")).isEqualTo("Unix%3A/run/%C3%A4%25");
        assertThat(StoredName.encode("x".repeat(255))).hasSize(255);
        expectRefused("no name of a descriptor", () -> StoredName.encode(":".repeat(86)));
        assertThat(UnixAddress.of("/x")).hasToString("/x");
    }
}
