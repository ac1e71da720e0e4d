package dev.millrace.binding;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.driver.Capability;
import dev.millrace.driver.Driver;
import dev.millrace.driver.ForwardingDriver;
import dev.millrace.driver.Port;
import dev.millrace.driver.SocketFile;
import dev.millrace.kernel.Address;
import dev.millrace.kernel.SystemError;
import dev.millrace.kernel.UnixAddress;
import dev.millrace.kernel.UnixListenOptions;
import dev.millrace.loop.DriverLoops;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The lock beside a socket file that is taken over; the rest is ListenUnixTest's. */
class UnixBindingTest {
    private final Driver driver = DriverLoops.open();
    private Path path;

    @AfterEach
    void closeDriver() {
        driver.close();
    }

    @BeforeEach
    void name(@TempDir Path folder) {
        path = folder.resolve("s");
    }

    @Test
    @Tag("B7")
    @Tag("G11")
    void aLockThatCantBeMadeIsAnErrorWithACode() throws IOException {
        Files.createSymbolicLink(path.resolveSibling("s.lock"), path.resolveSibling("other"));
        assertThatThrownBy(() -> UnixTakeOver.begin(driver, UnixAddress.of(path)))
                .isInstanceOf(SystemError.class)
                .hasMessage("listen ELOOP: too many symbolic links encountered " + path);
        Path inFile = Files.createFile(path.resolveSibling("file")).resolve("s");
        assertThatThrownBy(() -> UnixTakeOver.begin(driver, UnixAddress.of(inFile)))
                .isInstanceOf(SystemError.class)
                .hasMessage("listen ENOTDIR: not a directory " + inFile);
    }

    /** A FIFO has no bytes to lock, and whoever opens it for writing alone waits for a reader. */
    @Test
    @Tag("G11")
    void aLockFileThatIsAFifoIsRefusedWithoutWaitingForIt() throws Exception {
        Path lock = path.resolveSibling("s.lock");
        assertThat(new ProcessBuilder("mkfifo", lock.toString()).start().waitFor()).isZero();
        assertThatThrownBy(() -> UnixTakeOver.begin(driver, UnixAddress.of(path)))
                .isInstanceOf(SystemError.class)
                .hasMessageContaining("EEXIST");
        Files.delete(lock);
        UnixTakeOver.begin(driver, UnixAddress.of(path)).close();
        assertThat(lock).as("a failure keeps nothing back").isRegularFile();
    }

    /** The lock is the process's: a second one must not open, and so give up, the first one's. */
    @Test
    @Tag("G11")
    void aTakeOverUnderWayIsFoundByEveryNameOfItsFolder() throws IOException {
        Path link = Files.createSymbolicLink(path.resolveSibling("link"), path.getParent());
        try (UnixTakeOver first = UnixTakeOver.begin(driver, UnixAddress.of(path))) {
            assertThat(first).isNotNull();
            for (Path same : List.of(link.resolve("s"), path.resolveSibling(".").resolve("s"))) {
                assertThatThrownBy(() -> UnixTakeOver.begin(driver, UnixAddress.of(same)))
                        .hasMessage("listen EADDRINUSE: address already in use " + same);
            }
        }
        UnixTakeOver.begin(driver, UnixAddress.of(link.resolve("s"))).close();
    }

    private UnixBinding listen(UnixAddress address, UnixListenOptions options) throws IOException {
        Port port = driver.socket(address);
        UnixBinding binding = UnixBinding.create(driver, address);
        binding.bind(port, options);
        assertThat(driver.listen(port, 10)).isZero();
        binding.listening();
        return binding;
    }

    private SocketFile file(UnixAddress address) {
        return Objects.requireNonNull(driver.file(address));
    }

    /** No text has this name: a byte 0xFC alone is no UTF-8. */
    private UnixAddress bytes(String suffix) {
        byte[] name = (path + "\u00fc" + suffix).getBytes(StandardCharsets.ISO_8859_1);
        return UnixAddress.ofBytes(name);
    }

    @Test
    @Tag("G10")
    @Tag("epoll")
    void aFileUnderANameThatIsNoTextIsKnownFromItsSuccessors() throws IOException {
        UnixBinding binding = listen(bytes(""), UnixListenOptions.DEFAULTS);
        SocketFile first = file(bytes(""));
        driver.unlink(bytes(""));
        UnixBinding successor = listen(bytes(""), UnixListenOptions.DEFAULTS);
        SocketFile second = file(bytes(""));
        assertThat(second).isNotEqualTo(first);
        binding.release();
        assertThat(driver.file(bytes(""))).as("the successor's").isEqualTo(second);
        successor.release();
        assertThat(driver.file(bytes(""))).isNull();
    }

    @Test
    @Tag("epoll")
    void aNameThatIsNoTextIsFoundInItsFolder() throws IOException {
        UnixBinding binding = listen(bytes("%41"), UnixListenOptions.DEFAULTS);
        try (Stream<Path> found = Files.list(path.getParent())) {
            assertThat(found.map(UnixAddress::of)).containsExactly(bytes("%41"));
        }
        binding.release();
        String long107 = "x".repeat(107 - path.getParent().toString().length());
        Path tooLong = path.resolveSibling(long107 + "\uFFFD");
        assertThatThrownBy(() -> UnixAddress.of(tooLong)).hasMessageContaining("ENAMETOOLONG");
    }

    @Test
    @Tag("G11")
    @Tag("epoll")
    void aStaleFileUnderANameThatIsNoTextIsTakenOver() throws IOException {
        Port crashed = driver.socket(bytes(""));
        assertThat(driver.bind(crashed, bytes(""))).isZero();
        driver.close(crashed);
        UnixListenOptions options = UnixListenOptions.DEFAULTS.withTakeOverStale(true);
        UnixBinding binding = listen(bytes(""), options);
        assertThat(driver.file(bytes(".lock"))).isNotNull();
        assertThatThrownBy(() -> listen(bytes(""), options)).hasMessageContaining("EADDRINUSE");
        binding.release();
        assertThat(driver.file(bytes(""))).isNull();
    }

    /** As of a name that a later mount hides, or of a file system that tells no identity. */
    @Test
    @Tag("G10")
    void aFileThatIsNotKnownIsAnothers() throws IOException {
        UnixAddress address = UnixAddress.of(path);
        boolean[] isKnown = {false};
        Driver forgetful =
                new ForwardingDriver(driver) {
                    @Override
                    public @Nullable SocketFile file(UnixAddress path) {
                        return isKnown[0] ? super.file(path) : null;
                    }
                };
        UnixBinding binding = UnixBinding.create(forgetful, address);
        Port port = driver.socket(address);
        binding.bind(port, UnixListenOptions.DEFAULTS);
        binding.listening();
        isKnown[0] = true;
        binding.release();
        assertThat(path).exists();
        driver.close(port);
    }

    @Test
    void whatNoPathCanWriteIsRefusedWhereOnlyPathsAre() {
        UnixAddress address = bytes("");
        if (driver.supports(Capability.EVERY_PATH)) {
            UnixBinding.checkName(driver, address);
        } else {
            assertThatThrownBy(() -> UnixBinding.checkName(driver, address))
                    .isInstanceOf(UnsupportedOperationException.class)
                    .hasMessageContaining("the locale of this process has no characters for");
        }
        UnixBinding.checkName(driver, UnixAddress.of(path));
    }

    /** Between the probe, which finds no listener, and the removal another process may come. */
    @Test
    @Tag("G11")
    void aSuccessorThatComesDuringTheProbeKeepsItsFile() throws IOException {
        listenAndStop(path);
        Path next = path.resolveSibling("next");
        Driver interrupted =
                new ForwardingDriver(driver) {
                    @Override
                    public int connect(Port port, Address address) {
                        int result = super.connect(port, address);
                        try {
                            listenAndStop(next);
                            Files.move(next, path, StandardCopyOption.REPLACE_EXISTING);
                        } catch (IOException e) {
                            throw new AssertionError(e);
                        }
                        return result;
                    }
                };
        try (UnixTakeOver takeOver = UnixTakeOver.begin(interrupted, UnixAddress.of(path))) {
            takeOver.removeStale();
            assertThat(path).exists();
        }
        try (UnixTakeOver takeOver = UnixTakeOver.begin(driver, UnixAddress.of(path))) {
            takeOver.removeStale();
            assertThat(path).as("nothing has come meanwhile").doesNotExist();
        }
    }

    /** The JDK leaves the file. */
    private static void listenAndStop(Path file) throws IOException {
        try (ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            server.bind(UnixDomainSocketAddress.of(file));
        }
    }
}
