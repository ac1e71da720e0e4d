package dev.millrace.loop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.driver.Driver;
import dev.millrace.driver.RecordingDriver;
import dev.millrace.kernel.ListenOptions;
import dev.millrace.kernel.UnixAddress;
import dev.millrace.kernel.UnixListenOptions;
import dev.millrace.sys.Errno;
import dev.millrace.testing.Kernel;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The socket file of a listener: its errors, its mode, who removes it, who may take it over. */
class ListenUnixTest {
    private static final UnixListenOptions TAKE_OVER =
            UnixListenOptions.DEFAULTS.withTakeOverStale(true);

    private final RecordingDriver driver = new RecordingDriver();
    private final Loop loop = Loop.on(driver);
    private Path path;

    @BeforeEach
    void name(@TempDir Path folder) {
        path = folder.resolve("s");
    }

    @AfterEach
    void close() {
        loop.close();
    }

    private ListenHandle listener(UnixListenOptions options) {
        return new ListenHandle(loop, ListenOptions.DEFAULTS.withUnix(options));
    }

    private ListenHandle listening(UnixListenOptions options) throws IOException {
        ListenHandle listener = listener(options);
        listener.bind(UnixAddress.of(path));
        listener.listen(StreamHandle::close);
        return listener;
    }

    private String mode() throws IOException {
        return PosixFilePermissions.toString(Files.getPosixFilePermissions(path));
    }

    /** A socket file whose listener is gone: the JDK leaves it behind, as a crash does. */
    private void makeStale() throws IOException {
        try (ServerSocketChannel dead = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            dead.bind(UnixDomainSocketAddress.of(path));
        }
        assertThat(path).exists();
    }

    @Test
    @Tag("G9")
    @Tag("R31")
    @Tag("X70")
    void aMissingFolderIsEacces() {
        path = path.resolve("missing").resolve("s");
        for (UnixListenOptions options : List.of(UnixListenOptions.DEFAULTS, TAKE_OVER)) {
            ListenHandle listener = listener(options);
            assertThatThrownBy(() -> listener.bind(UnixAddress.of(path)))
                    .hasMessage("listen EACCES: permission denied " + path);
        }
        assertThat(loop.isAlive()).isFalse();
    }

    @Test
    @Tag("G12")
    void readableAndWritableByAllAreOptions() throws IOException {
        UnixListenOptions defaults = UnixListenOptions.DEFAULTS;
        listening(defaults.withReadableAll()).close();
        assertThat(path).doesNotExist();
        ListenHandle readable = listening(defaults.withReadableAll());
        assertThat(mode()).isEqualTo("rw-r--r--");
        readable.close();
        ListenHandle writable = listening(defaults.withWritableAll());
        assertThat(mode()).isEqualTo("rw--w--w-");
        writable.close();
        ListenHandle both = listening(defaults.withReadableAll().withWritableAll());
        assertThat(mode()).isEqualTo("rw-rw-rw-");
        both.close();
        ListenHandle group = listening(defaults.withMode(0660));
        assertThat(mode()).isEqualTo("rw-rw----");
        group.close();
        assertThat(driver.calls()).containsSubsequence("bind", "chmod", "listen 511");
    }

    @Test
    @Tag("G12")
    void aModeIsPermissionBits() {
        assertThatThrownBy(() -> UnixListenOptions.DEFAULTS.withMode(01000))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("a mode is 0 to 0777, not 01000");
        assertThatThrownBy(() -> UnixListenOptions.DEFAULTS.withMode(-1))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    @Tag("G12")
    @Tag("epoll")
    void anAbstractNameHasNoMode() {
        UnixAddress name = UnixAddress.of("@millrace-mode-" + ProcessHandle.current().pid());
        ListenHandle listener = listener(UnixListenOptions.DEFAULTS.withMode(0600));
        assertThatThrownBy(() -> listener.bind(name))
                .hasMessage("chmod EINVAL: invalid argument " + name);
        assertThat(driver.calls("bind")).isEmpty();
    }

    @Test
    @Tag("G12")
    void aModeThatCannotBeSetIsToldAndTheFileIsRemoved() {
        driver.beforeChmod(() -> Files.delete(path));
        ListenHandle listener = listener(UnixListenOptions.DEFAULTS.withMode(0600));
        assertThatThrownBy(() -> listener.bind(UnixAddress.of(path)))
                .hasMessage("chmod ENOENT: no such file or directory " + path);
        assertThat(path).doesNotExist();
        assertThatThrownBy(() -> listener.listen(stream -> {})).hasMessageStartingWith("chmod");
    }

    @Test
    @Tag("G12")
    void aFileWhoseModeIsRefusedIsRemovedAtOnce() {
        driver.refuse("chmod", Errno.EPERM);
        ListenHandle listener = listener(UnixListenOptions.DEFAULTS.withMode(0600));
        assertThatThrownBy(() -> listener.bind(UnixAddress.of(path)))
                .hasMessage("chmod EPERM: operation not permitted " + path);
        assertThat(path).doesNotExist();
    }

    @Test
    @Tag("G13")
    void theAddressIsThePath() throws IOException {
        assertThat(listening(UnixListenOptions.DEFAULTS).localAddress())
                .hasToString(path.toString());
    }

    @Test
    @Tag("G10")
    void aLoopThatIsClosedByForceRemovesItsFiles() throws IOException {
        Loop other = Loop.create();
        ListenHandle listener = new ListenHandle(other, ListenOptions.DEFAULTS);
        listener.bind(UnixAddress.of(path));
        listener.listen(stream -> {});
        other.close();
        assertThat(path).doesNotExist();
    }

    /** Somebody has removed the file and made another of that name: it is not ours to remove. */
    @Test
    @Tag("G10")
    void aFileThatIsAnothersByNowStays() throws IOException {
        ListenHandle first = listening(UnixListenOptions.DEFAULTS);
        // So that the inode's number is not used again at once.
        Files.move(path, path.resolveSibling("moved"));
        ListenHandle second = listening(UnixListenOptions.DEFAULTS);
        first.close();
        assertThat(path).exists();
        second.close();
        assertThat(path).doesNotExist();
    }

    @Test
    @Tag("G11")
    @Tag("X69")
    void aStaleFileIsTakenOverOnlyIfAsked() throws IOException {
        makeStale();
        assertThatThrownBy(() -> listening(UnixListenOptions.DEFAULTS))
                .hasMessage("listen EADDRINUSE: address already in use " + path);
        ListenHandle listener = listening(TAKE_OVER);
        assertThat(Connecting.outcome(driver, path)).isZero();
        listener.close();
        assertThat(path).doesNotExist();
        assertThat(path.resolveSibling("s.lock")).exists().isEmptyFile();
    }

    @Test
    @Tag("G11")
    @Tag("X69")
    void aLiveOneIsLeftAlone() throws IOException {
        ListenHandle live = listening(UnixListenOptions.DEFAULTS);
        ListenHandle second = listener(TAKE_OVER);
        int sockets = Kernel.descriptors("socket:").size();
        assertThatThrownBy(() -> second.bind(UnixAddress.of(path)))
                .hasMessage("listen EADDRINUSE: address already in use " + path);
        second.close();
        assertThat(Kernel.descriptors("socket:")).as("the probe is gone").hasSize(sockets);
        assertThat(Connecting.outcome(driver, path)).as("it serves on").isZero();
        live.close();
    }

    /** Only the start is under the lock: who has lost its file may be followed. */
    @Test
    @Tag("G11")
    void aListenerThatListensHoldsNoLock() throws IOException {
        listening(TAKE_OVER);
        Files.delete(path);
        ListenHandle second = listening(TAKE_OVER);
        assertThat(Connecting.outcome(driver, path)).isZero();
        second.close();
    }

    @Test
    @Tag("G11")
    void aLiveOneWithAFullBacklogIsLeftAlone() throws IOException {
        ListenHandle live = new ListenHandle(loop, ListenOptions.DEFAULTS.withBacklog(1));
        live.bind(UnixAddress.of(path));
        live.open();
        while (Connecting.outcome(driver, path) == 0) {}
        assertThatThrownBy(() -> listening(TAKE_OVER))
                .hasMessage("listen EADDRINUSE: address already in use " + path);
        assertThat(path).exists();
    }

    @Test
    @Tag("G11")
    @Tag("X69")
    void whatIsNoSocketIsNeverRemoved() throws IOException {
        makeStale();
        Path stale = Files.move(path, path.resolveSibling("stale"));
        for (int kind = 0; kind < 3; kind++) {
            switch (kind) {
                case 0 -> Files.writeString(path, "precious");
                case 1 -> Files.createDirectory(path);
                default -> Files.createSymbolicLink(path, stale);
            }
            assertThatThrownBy(() -> listening(TAKE_OVER))
                    .hasMessage("listen EADDRINUSE: address already in use " + path);
            Files.delete(path);
        }
        assertThat(stale).as("not even through a link").exists();
    }

    /** A folder stands in its place, and then no more. */
    @Test
    @Tag("G11")
    void aLockThatCouldNotBeTakenIsNotHeldEither() throws IOException {
        Path lock = Files.createDirectory(path.resolveSibling("s.lock"));
        assertThatThrownBy(() -> listening(TAKE_OVER)).hasMessageStartingWith("listen E");
        Files.delete(lock);
        ListenHandle listener = listening(TAKE_OVER);
        assertThat(Connecting.outcome(driver, path)).isZero();
        listener.close();
    }

    @Test
    @Tag("G11")
    void ofSeveralLoopsThatTryAtOnceOneWins() throws Exception {
        for (int round = 0; round < 20; round++) {
            makeStale();
            assertThat(race(4)).filteredOn("listening"::equals).hasSize(1);
            assertThat(path).doesNotExist();
        }
    }

    private List<String> race(int count) throws Exception {
        CyclicBarrier start = new CyclicBarrier(count);
        CyclicBarrier end = new CyclicBarrier(count);
        Callable<String> racer =
                () -> {
                    try (Loop own = Loop.create()) {
                        ListenHandle listener =
                                new ListenHandle(own, ListenOptions.DEFAULTS.withUnix(TAKE_OVER));
                        start.await();
                        String outcome = "listening";
                        try {
                            listener.bind(UnixAddress.of(path));
                            listener.listen(stream -> {});
                        } catch (IOException e) {
                            outcome = e.getMessage();
                        }
                        end.await();
                        return outcome;
                    }
                };
        try (ExecutorService threads = Executors.newFixedThreadPool(count)) {
            List<Future<String>> outcomes =
                    threads.invokeAll(Stream.generate(() -> racer).limit(count).toList());
            return outcomes.stream().map(Future::resultNow).toList();
        }
    }

    /** One try to connect, as the kernel answers it. */
    private static final class Connecting {
        static int outcome(Driver driver, Path path) throws IOException {
            return driver.connect(driver.socket(UnixAddress.of(path)), UnixAddress.of(path));
        }
    }
}
