package dev.millrace.files;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.testing.Kernel;
import dev.millrace.testing.RawClient;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Files that are read as streams, and what may become of them meanwhile. */
class FileInputTest {
    private static final int SIZE = 1_000_000;
    private static final int PIECE = 64 * 1024;

    @TempDir private Path folder;

    private Path file() throws IOException {
        return Files.write(folder.resolve("file"), RawClient.pattern(SIZE)).toRealPath();
    }

    private static void expectClosed(Path path) {
        assertThat(Kernel.descriptors(path.toString())).isEmpty();
    }

    @Test
    void aFileIsOpenedReadAndClosed() throws IOException {
        Path path = file();
        FollowedInput followed = FollowedInput.read(path, FileRange.ALL);
        assertThat(followed.events()).containsExactly("open " + SIZE, "end", "close");
        assertThat(followed.bytes()).isEqualTo(RawClient.pattern(SIZE));
        assertThat(followed.largest()).isEqualTo(PIECE);
        expectClosed(path);
    }

    @ParameterizedTest
    @CsvSource({
        "0, 0",
        "0, 1",
        "0, 1000000",
        "1, 65536",
        "65535, 65538",
        "999999, 1",
        "1000000, 0",
        "500000, -1",
        "1000000, -1"
    })
    void aRangeIsReadAlone(int start, int length) throws IOException {
        FollowedInput followed = FollowedInput.read(file(), new FileRange(start, length));
        int end = length < 0 ? SIZE : start + length;
        assertThat(followed.bytes())
                .isEqualTo(Arrays.copyOfRange(RawClient.pattern(SIZE), start, end));
        assertThat(followed.events()).containsExactly("open " + (end - start), "end", "close");
    }

    @ParameterizedTest
    @CsvSource({"0, 1000001", "1000000, 1", "1000001, 0", "1000001, -1", "2000000, 5"})
    void aRangeBeyondTheEndIsAnError(int start, int length) throws IOException {
        FollowedInput followed = FollowedInput.read(file(), new FileRange(start, length));
        assertThat(followed.events()).containsExactly("error ENODATA", "close");
        assertThat(followed.error()).hasMessageContaining("file'").hasMessageStartingWith("read");
        assertThat(followed.error())
                .hasRootCauseMessage(
                        "the file has 1000000 bytes, to be read from %d to %d"
                                .formatted(start, start + Math.max(length, 0)));
    }

    @Test
    void rangesHaveLimits() {
        assertThatThrownBy(() -> new FileRange(-1, 0)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new FileRange(0, -2)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new FileRange(2, Long.MAX_VALUE - 1))
                .isInstanceOf(IllegalArgumentException.class);
        assertThat(new FileRange(1, Long.MAX_VALUE - 1).start()).isEqualTo(1);
        assertThat(FileRange.from(7)).isEqualTo(new FileRange(7, FileRange.TO_END));
    }

    @Test
    void anEmptyFileEndsAtOnce() throws IOException {
        Path path = Files.createFile(folder.resolve("empty"));
        FollowedInput followed = FollowedInput.read(path, FileRange.ALL);
        assertThat(followed.events()).containsExactly("open 0", "end", "close");
        assertThat(FollowedInput.read(path, new FileRange(0, 1)).events())
                .containsExactly("error ENODATA", "close");
    }

    @Test
    void aFileThatBecomesShorterIsAnErrorAndNoEnd() throws IOException {
        Path path = file();
        FollowedInput followed =
                FollowedInput.read(path, FileRange.ALL, (input, piece) -> truncate(path, 100_000));
        assertThat(followed.events()).containsExactly("open " + SIZE, "error ENODATA", "close");
        assertThat(followed.bytes()).hasSize(100_000);
        expectClosed(path);
    }

    private static void truncate(Path path, long size) {
        try (FileChannel channel = FileChannel.open(path, StandardOpenOption.WRITE)) {
            channel.truncate(size);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void whatIsAppendedMeanwhileIsNotRead() throws IOException {
        Path path = file();
        FollowedInput followed =
                FollowedInput.read(path, FileRange.ALL, (input, piece) -> append(path));
        assertThat(followed.bytes()).isEqualTo(RawClient.pattern(SIZE));
        assertThat(Files.size(path)).isGreaterThan(SIZE);
    }

    private static void append(Path path) {
        try {
            Files.writeString(path, "more", StandardOpenOption.APPEND);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void aFileThatIsRemovedOrReplacedIsReadToItsEnd() throws IOException {
        Path path = file();
        FollowedInput followed =
                FollowedInput.read(path, FileRange.ALL, (input, piece) -> replace(path, piece));
        assertThat(followed.bytes()).isEqualTo(RawClient.pattern(SIZE));
        assertThat(followed.events()).containsExactly("open " + SIZE, "end", "close");
    }

    private static void replace(Path path, int piece) {
        try {
            Files.deleteIfExists(path);
            if (piece > 1) {
                Files.writeString(path, "another");
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
