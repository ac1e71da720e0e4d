package dev.millrace.files;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.kernel.SystemError;
import dev.millrace.loop.Loop;
import dev.millrace.loop.RunMode;
import dev.millrace.stream.FrameException;
import dev.millrace.stream.Framing;
import dev.millrace.testing.Journal;
import dev.millrace.testing.Kernel;
import dev.millrace.testing.LoopFixture;
import dev.millrace.testing.RawClient;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.FileChannel;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** How a file that is read ends: refused, paused, destroyed, failed, given up with its loop. */
class FileInputEndsTest {
    private static final int SIZE = 1_000_000;
    private static final int PIECE = 64 * 1024;

    @TempDir private Path folder;

    private final Journal journal = new Journal();
    private Path path;

    @BeforeEach
    void write() throws IOException {
        path = Files.write(folder.resolve("file"), RawClient.pattern(SIZE)).toRealPath();
    }

    private List<Integer> descriptors() {
        return Kernel.descriptors(path.toString());
    }

    private FileInput follow(FileInput input) {
        return input.onOpen(journal.line("open"))
                .onEnd(journal.line("end"))
                .onError(error -> journal.add(SystemError.codeOf(error)))
                .onClose(() -> journal.add("close " + descriptors().size()));
    }

    private static void expectRefused(Path path, String code) {
        FollowedInput followed = FollowedInput.read(path, FileRange.ALL);
        assertThat(followed.events()).containsExactly("error " + code, "close");
        assertThat(followed.error())
                .hasMessageStartingWith("open " + code + ": ")
                .hasMessageEndingWith(" '" + path + "'");
        assertThat(((SystemError) followed.error()).path()).contains(path);
    }

    @Test
    void whatIsNoFileIsRefusedBeforeItIsOpened() throws Exception {
        expectRefused(folder.resolve("missing"), "ENOENT");
        expectRefused(folder, "EISDIR");
        expectRefused(path.resolve("below"), "ENOTDIR");
        Path loop = folder.resolve("loop");
        expectRefused(Files.createSymbolicLink(loop, loop), "ELOOP");
        Path fifo = folder.resolve("fifo");
        assertThat(new ProcessBuilder("mkfifo", fifo.toString()).start().waitFor()).isZero();
        expectRefused(fifo, "ESPIPE");
        Path socket = folder.resolve("socket");
        try (ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            server.bind(UnixDomainSocketAddress.of(socket));
            expectRefused(socket, "ESPIPE");
        }
        expectRefused(Path.of("/dev/tty"), "ESPIPE");
    }

    @Test
    void whatMayNotBeReadIsRefused() throws IOException {
        Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("-w-------"));
        Assumptions.assumeFalse(Files.isReadable(path), "root reads everything");
        expectRefused(path, "EACCES");
    }

    @ParameterizedTest
    @ValueSource(strings = {"/proc/version", "/proc/self/status"})
    void aFileThatTellsNoLengthIsReadToItsEnd(String name) throws IOException {
        FollowedInput followed = FollowedInput.read(Path.of(name), FileRange.ALL);
        assertThat(followed.events()).containsExactly("open ?", "end", "close");
        assertThat(new String(followed.bytes(), 0, 4)).isIn("Linu", "Name");
        assertThat(FollowedInput.read(Path.of(name), new FileRange(2, 2)).bytes())
                .isEqualTo(Arrays.copyOfRange(followed.bytes(), 2, 4));
        assertThat(FollowedInput.read(Path.of(name), new FileRange(0, 1 << 20)).events())
                .containsExactly("open 1048576", "error ENODATA", "close");
    }

    @Test
    void aDeviceThatNeverWaitsIsReadAsFarAsAsked() {
        FollowedInput followed =
                FollowedInput.read(Path.of("/dev/zero"), new FileRange(9, 100_000));
        assertThat(followed.bytes()).isEqualTo(new byte[100_000]);
        assertThat(FollowedInput.read(Path.of("/dev/null"), FileRange.ALL).events())
                .containsExactly("open 0", "end", "close");
    }

    @Test
    void anOpenFileIsTheStreams() throws IOException {
        FileChannel channel = FileChannel.open(path);
        channel.position(17);
        FollowedInput followed =
                FollowedInput.read(
                        loop -> FileInput.of(loop, channel, new FileRange(5, 100_000)),
                        (input, piece) -> {});
        assertThat(followed.bytes()).isEqualTo(patternFrom(5, 100_000));
        assertThat(channel.isOpen()).isFalse();
    }

    private static byte[] patternFrom(int start, int length) {
        return Arrays.copyOfRange(RawClient.pattern(SIZE), start, start + length);
    }

    /** Other files' whole lives are time enough for a step of this one. */
    @Test
    void aPausedFileIsReadNoFurtherAndHoldsNoLoop() {
        LoopFixture.run(loop -> {
            FileInput input = FileInput.open(loop, path);
            input.onBytes((array, offset, length) -> {
                input.pause();
                return length;
            });
            lives(
                    loop,
                    5,
                    () -> {
                        journal.add("at " + input.position());
                        input.resume();
                        lives(loop, 5, () -> journal.add("at " + input.bytesRead()));
                    });
        });
        assertThat(journal.lines()).containsExactly("at " + PIECE, "at " + 2 * PIECE);
        Kernel.await("the loop has closed it", () -> descriptors().isEmpty());
    }

    private void lives(Loop loop, int count, Runnable then) {
        FileInput other = FileInput.open(loop, path, new FileRange(0, 10)).resume();
        other.onClose(() -> {
            if (count > 1) {
                lives(loop, count - 1, then);
            } else {
                then.run();
            }
        });
    }

    @Test
    void aResumedFileIsReadToItsEnd() {
        FollowedInput followed =
                FollowedInput.read(
                        path,
                        FileRange.ALL,
                        (input, piece) -> {
                            input.pause();
                            assertThat(input.isPaused()).isTrue();
                            input.resume();
                        });
        assertThat(followed.bytes()).isEqualTo(RawClient.pattern(SIZE));
    }

    @Test
    void aDestroyedFileTellsOnlyThatItIsClosed() {
        LoopFixture.run(loop -> {
            FileInput input = follow(FileInput.open(loop, path));
            input.onBytes((array, offset, length) -> {
                input.destroy();
                input.destroy();
                return length;
            });
        });
        assertThat(journal.lines()).containsExactly("open", "close 0");
    }

    @Test
    void aFileThatIsDestroyedWhileItIsOpenedIsClosed() {
        LoopFixture.run(loop -> {
            FileInput input = follow(FileInput.open(loop, path)).resume();
            input.close();
            assertThat(input.toString()).contains("closed", "0 bytes");
        });
        assertThat(journal.lines()).containsExactly("close 0");
    }

    @Test
    void aFileThatIsDestroyedBeforeItsFirstByteGivesNone() {
        LoopFixture.run(loop -> {
            FileInput input = FileInput.open(loop, path);
            input.onOpen(input::destroy);
            input.onData(piece -> journal.add("piece"));
            input.onClose(journal.line("close"));
        });
        assertThat(journal.lines()).containsExactly("close");
    }

    @Test
    void whatAListenerThrowsIsTheErrorOfTheFile() {
        FollowedInput followed =
                FollowedInput.read(
                        path,
                        FileRange.ALL,
                        (input, piece) -> {
                            throw new IllegalStateException("oh");
                        });
        assertThat(followed.events()).containsExactly("open " + SIZE, "error ", "close");
        assertThat(followed.error()).hasRootCauseMessage("oh");
        assertThat(descriptors()).isEmpty();
    }

    @Test
    void aFrameThatIsTooLongIsTheErrorOfTheFile() {
        AtomicReference<IOException> error = new AtomicReference<>();
        LoopFixture.run(loop ->
                FileInput.open(loop, path)
                        .onFrames(Framing.lines(100), line -> {})
                        .onError(error::set));
        assertThat(error.get()).isInstanceOf(FrameException.class);
        assertThat(descriptors()).isEmpty();
    }

    @Test
    void anErrorWithoutAListenerIsTheLoops() {
        assertThatThrownBy(() -> LoopFixture.run(loop -> FileInput.open(loop, folder)))
                .isInstanceOf(UncheckedIOException.class)
                .hasMessageContaining("EISDIR");
        assertThatThrownBy(() ->
                        LoopFixture.run(loop ->
                                FileInput.open(loop, path)
                                        .resume()
                                        .onClose(() -> {
                                            throw new IllegalStateException("late");
                                        })))
                .hasMessageContaining("late");
    }

    /** In whatever state it is: opened, read, paused. */
    @Test
    void aClosedLoopClosesItsFiles() {
        for (int turns = 0; turns < 12; turns++) {
            try (Loop loop = Loop.create()) {
                follow(FileInput.open(loop, path)).resume();
                FileInput paused = FileInput.open(loop, path).pause();
                for (int turn = 0; turn < turns; turn++) {
                    loop.run(RunMode.ONCE);
                }
                assertThat(paused.bytesRead()).isLessThanOrEqualTo(PIECE);
            }
            Kernel.await("the descriptors are closed", () -> descriptors().isEmpty());
        }
        assertThat(journal.lines()).doesNotContain("EBADF");
    }

    @Test
    void aFileBelongsToItsLoop() {
        try (LoopFixture fixture = new LoopFixture()) {
            FileInput input = fixture.call(() -> FileInput.open(fixture.loop(), path).pause());
            assertThatThrownBy(input::resume).isInstanceOf(WrongThreadException.class);
            assertThatThrownBy(input::destroy).isInstanceOf(WrongThreadException.class);
            assertThatThrownBy(() -> input.onOpen(() -> {}))
                    .isInstanceOf(WrongThreadException.class);
            assertThatThrownBy(() -> FileInput.open(fixture.loop(), path))
                    .isInstanceOf(WrongThreadException.class);
            fixture.act(input::destroy);
        }
        Kernel.await("it is closed", () -> descriptors().isEmpty());
    }
}
