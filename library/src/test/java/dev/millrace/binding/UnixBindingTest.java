package dev.millrace.binding;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.kernel.SystemError;
import dev.millrace.kernel.UnixAddress;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The lock beside a socket file that is taken over; the rest is ListenUnixTest's. */
class UnixBindingTest {
    private Path path;

    @BeforeEach
    void name(@TempDir Path folder) {
        path = folder.resolve("s");
    }

    @Test
    @Tag("B7")
    @Tag("G11")
    void aLockThatCantBeMadeIsAnErrorWithACode() throws IOException {
        Files.createSymbolicLink(path.resolveSibling("s.lock"), path.resolveSibling("other"));
        assertThatThrownBy(() -> UnixTakeOver.begin(UnixAddress.of(path)))
                .isInstanceOf(SystemError.class)
                .hasMessage("listen ELOOP: too many symbolic links encountered " + path);
        Path inFile = Files.createFile(path.resolveSibling("file")).resolve("s");
        assertThatThrownBy(() -> UnixTakeOver.begin(UnixAddress.of(inFile)))
                .isInstanceOf(SystemError.class)
                .hasMessage("listen ENOTDIR: not a directory " + inFile);
    }

    /** A FIFO has no bytes to lock, and whoever opens it for writing alone waits for a reader. */
    @Test
    @Tag("G11")
    void aLockFileThatIsAFifoIsRefusedWithoutWaitingForIt() throws Exception {
        Path lock = path.resolveSibling("s.lock");
        assertThat(new ProcessBuilder("mkfifo", lock.toString()).start().waitFor()).isZero();
        assertThatThrownBy(() -> UnixTakeOver.begin(UnixAddress.of(path)))
                .isInstanceOf(SystemError.class)
                .hasMessageContaining("EEXIST");
        Files.delete(lock);
        UnixTakeOver.begin(UnixAddress.of(path)).close();
        assertThat(lock).as("a failure keeps nothing back").isRegularFile();
    }

    /** The lock is the process's: a second one must not open, and so give up, the first one's. */
    @Test
    @Tag("G11")
    void aTakeOverUnderWayIsFoundByEveryNameOfItsFolder() throws IOException {
        Path link = Files.createSymbolicLink(path.resolveSibling("link"), path.getParent());
        try (UnixTakeOver first = UnixTakeOver.begin(UnixAddress.of(path))) {
            assertThat(first).isNotNull();
            for (Path same : List.of(link.resolve("s"), path.resolveSibling(".").resolve("s"))) {
                assertThatThrownBy(() -> UnixTakeOver.begin(UnixAddress.of(same)))
                        .hasMessage("listen EADDRINUSE: address already in use " + same);
            }
        }
        UnixTakeOver.begin(UnixAddress.of(link.resolve("s"))).close();
    }
}
