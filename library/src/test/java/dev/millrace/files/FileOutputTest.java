package dev.millrace.files;

import static dev.millrace.files.FileOutputOptions.Existing.APPEND;
import static dev.millrace.files.FileOutputOptions.Existing.KEEP;
import static dev.millrace.files.FileOutputOptions.Existing.REFUSE;
import static dev.millrace.files.FileOutputOptions.Existing.TRUNCATE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.kernel.SystemError;
import dev.millrace.testing.Journal;
import dev.millrace.testing.Kernel;
import dev.millrace.testing.LoopFixture;
import dev.millrace.testing.RawClient;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Files that are written as streams: how they are opened, and what is in them at the end. */
class FileOutputTest {
    @TempDir private Path folder;

    private final Journal journal = new Journal();

    private static FileOutputOptions with(FileOutputOptions.Existing existing) {
        return FileOutputOptions.DEFAULTS.withExisting(existing);
    }

    /** Runs {@code writing} with a file, on a loop that ends by itself, and tells what came. */
    private List<String> write(
            Path path, FileOutputOptions options, Consumer<? super FileOutput> writing) {
        int before = journal.lines().size();
        LoopFixture.run(loop -> {
            FileOutput output = FileOutput.create(loop, path, options);
            output.onOpen(() -> journal.add("open at " + output.position()));
            output.onFinish(() -> journal.add("finish " + output.bytesWritten()));
            output.onError(error -> journal.add(told(error)));
            output.onClose(journal.line("close"));
            writing.accept(output);
        });
        List<String> lines = journal.lines();
        return lines.subList(before, lines.size());
    }

    private static String told(IOException error) {
        return error instanceof SystemError system
                ? system.syscall() + " " + system.code()
                : error.getMessage();
    }

    private List<String> write(Path path, FileOutputOptions options, String text) {
        return write(path, options, output -> output.end(text));
    }

    @Test
    void everyWriteIsInTheFileInItsOrder() throws IOException {
        Path path = folder.resolve("file");
        byte[] bytes = RawClient.pattern(2_000_000);
        List<String> told =
                write(
                        path,
                        FileOutputOptions.DEFAULTS,
                        output -> {
                            int at = 0;
                            for (int size = 1;
                                    at + size < bytes.length;
                                    size = size * 2 % 300_007) {
                                if (size % 3 == 0) {
                                    output.write(bytes, at, size);
                                } else {
                                    output.write(
                                            ByteBuffer.wrap(
                                                    Arrays.copyOfRange(bytes, at, at + size)));
                                }
                                at += size;
                            }
                            output.write(bytes, at, bytes.length - at);
                            output.end();
                        });
        assertThat(told).containsExactly("open at 0", "finish 2000000", "close");
        assertThat(Files.readAllBytes(path)).isEqualTo(bytes);
    }

    @Test
    void bytesThatAreLentAreCopied() throws IOException {
        Path path = folder.resolve("file");
        byte[] lent = new byte[200_000];
        write(
                path,
                FileOutputOptions.DEFAULTS,
                output -> {
                    Arrays.fill(lent, (byte) 1);
                    output.write(lent, 0, 10);
                    output.write(lent, 0, lent.length);
                    Arrays.fill(lent, (byte) 2);
                    output.end();
                });
        byte[] expected = new byte[200_010];
        Arrays.fill(expected, (byte) 1);
        assertThat(Files.readAllBytes(path)).isEqualTo(expected);
    }

    @Test
    void aFileThatIsThereIsEmptiedAppendedToKeptOrRefused() throws IOException {
        Path path = folder.resolve("file");
        assertThat(write(path, with(REFUSE), "first, long")).endsWith("finish 11", "close");
        assertThat(write(path, with(REFUSE), "no")).containsExactly("open EEXIST", "close");
        assertThat(path).hasContent("first, long");
        write(path, with(KEEP), "FIRST");
        assertThat(path).hasContent("FIRST, long");
        write(path, with(KEEP).withStart(7), "LO");
        assertThat(path).hasContent("FIRST, LOng");
        assertThat(write(path, with(APPEND), " more"))
                .containsExactly("open at 11", "finish 5", "close");
        assertThat(path).hasContent("FIRST, LOng more");
        write(path, with(TRUNCATE).withStart(2), "x");
        assertThat(path).hasContent("\0\0x");
        write(path, FileOutputOptions.DEFAULTS, "");
        assertThat(path).isEmptyFile();
    }

    @Test
    void everyWayMakesAFileThatIsNotThere() {
        for (FileOutputOptions.Existing existing : FileOutputOptions.Existing.values()) {
            Path path = folder.resolve(existing.name());
            assertThat(write(path, with(existing), "text"))
                    .containsExactly("open at 0", "finish 4", "close");
            assertThat(path).hasContent("text");
        }
    }

    @Test
    void aLinkIsFollowedUnlessAnExistingFileIsRefused() throws IOException {
        Path target = folder.resolve("target");
        Path link = Files.createSymbolicLink(folder.resolve("link"), Path.of("second"));
        Files.createSymbolicLink(folder.resolve("second"), Path.of("target"));
        assertThat(write(link, with(REFUSE), "no")).containsExactly("open EEXIST", "close");
        assertThat(target).doesNotExist();
        assertThat(write(link, with(APPEND), "made")).endsWith("finish 4", "close");
        assertThat(write(link, with(APPEND), ", kept")).endsWith("finish 6", "close");
        assertThat(target).hasContent("made, kept");
        assertThat(Files.isSymbolicLink(link)).isTrue();
        Path loop = folder.resolve("loop");
        Files.createSymbolicLink(loop, loop);
        assertThat(write(loop, with(KEEP), "no")).containsExactly("open ELOOP", "close");
    }

    @Test
    void aNewFileHasTheModeAskedFor() throws IOException {
        Path path = folder.resolve("file");
        write(path, FileOutputOptions.DEFAULTS.withMode(0640), "text");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(path)))
                .isEqualTo("rw-r-----");
        write(path, FileOutputOptions.DEFAULTS.withMode(0600), "text");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(path)))
                .isEqualTo("rw-r-----");
        assertThatThrownBy(() -> FileOutputOptions.DEFAULTS.withMode(01000))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void optionsThatMakeNoSenseAreRefused() {
        assertThatThrownBy(() -> with(APPEND).withStart(1))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> with(KEEP).withStart(-1))
                .isInstanceOf(IllegalArgumentException.class);
        assertThat(with(KEEP).withStart(1).start()).isEqualTo(1);
    }

    /** A null device takes every byte and no sync (fsync(2), EINVAL). */
    @Test
    void theSyncComesBeforeTheFinish() {
        Path device = Path.of("/dev/null");
        assertThat(write(device, FileOutputOptions.DEFAULTS, "text"))
                .containsExactly("open at 0", "finish 4", "close");
        assertThat(write(device, FileOutputOptions.DEFAULTS.withSyncAtEnd(true), "text"))
                .containsExactly("open at 0", "fsync EINVAL", "close");
        assertThat(write(folder.resolve("f"), with(REFUSE).withSyncAtEnd(true), "text"))
                .containsExactly("open at 0", "finish 4", "close");
    }

    @Test
    void aFullDiskIsAnErrorAndNoFinish() {
        assertThat(write(Path.of("/dev/full"), FileOutputOptions.DEFAULTS, "text"))
                .containsExactly("open at 0", "write ENOSPC", "close");
        assertThat(write(Path.of("/dev/full"), with(APPEND), "text"))
                .containsExactly("open at 0", "write ENOSPC", "close");
    }

    @Test
    void whatIsNoFileIsRefused() throws Exception {
        assertThat(write(folder, FileOutputOptions.DEFAULTS, "text"))
                .containsExactly("open EISDIR", "close");
        assertThat(write(folder.resolve("no/file"), with(KEEP), "text"))
                .containsExactly("open ENOENT", "close");
        Path fifo = folder.resolve("fifo");
        assertThat(new ProcessBuilder("mkfifo", fifo.toString()).start().waitFor()).isZero();
        assertThat(write(fifo, with(APPEND), "text")).containsExactly("open ESPIPE", "close");
        assertThat(Files.exists(fifo, LinkOption.NOFOLLOW_LINKS)).isTrue();
    }

    @Test
    void aWriteAfterTheEndIsAnErrorAndWhatWasBeforeIsInTheFile() {
        Path path = folder.resolve("file");
        List<String> told =
                write(
                        path,
                        FileOutputOptions.DEFAULTS,
                        output -> {
                            output.end("before");
                            assertThat(output.write("after")).isFalse();
                        });
        assertThat(told)
                .containsExactly(
                        "open at 0",
                        "finish 6",
                        "write after end (ERR_STREAM_WRITE_AFTER_END)",
                        "close");
        assertThat(path).hasContent("before");
    }

    @Test
    void aWriterWaitsForTheDiskAndOneThatDoesNotIsStopped() {
        Path path = folder.resolve("file");
        List<String> told =
                write(
                        path,
                        FileOutputOptions.DEFAULTS,
                        output -> {
                            assertThat(output.write(new byte[65_535], 0, 65_535)).isTrue();
                            assertThat(output.write(new byte[100_000])).isFalse();
                            assertThat(output.queuedBytes()).isEqualTo(165_535);
                            output.onDrain(() -> {
                                journal.add("drain at " + output.bytesWritten());
                                output.destroy();
                                assertThat(output.write("more")).isFalse();
                            });
                        });
        assertThat(told).containsExactly("open at 0", "drain at 165535", "close");
        byte[] mebibyte = new byte[1 << 20];
        told =
                write(
                        path,
                        FileOutputOptions.DEFAULTS,
                        output -> {
                            for (int count = 0; count < 66; count++) {
                                output.write(mebibyte, 0, mebibyte.length);
                            }
                        });
        assertThat(told).containsExactly("write ENOBUFS", "close");
    }

    @Test
    void aDestroyedFileHasWhatWasWrittenSoFarAndNoFinish() throws IOException {
        Path path = folder.toRealPath().resolve("file");
        List<String> told =
                write(
                        path,
                        FileOutputOptions.DEFAULTS,
                        output -> {
                            output.write("first");
                            output.write(new byte[100_000]);
                            output.onDrain(() -> {
                                output.write(new byte[40_000_000]);
                                output.end();
                                output.destroy();
                                output.destroy();
                                assertThat(output.queuedBytes()).isLessThanOrEqualTo(40_000_000);
                            });
                        });
        assertThat(told).containsExactly("open at 0", "close");
        assertThat(Files.size(path)).isBetween(100_005L, 40_000_000L);
        assertThat(Kernel.descriptors(path.toString())).isEmpty();
    }

    @Test
    void whatAListenerThrowsIsTheErrorOfTheFile() {
        List<String> told =
                write(
                        folder.resolve("file"),
                        FileOutputOptions.DEFAULTS,
                        output -> {
                            output.write(new byte[70_000]);
                            output.onDrain(() -> {
                                throw new IllegalStateException("oh");
                            });
                        });
        assertThat(told).hasSize(3).endsWith("close");
        assertThat(told.get(1)).contains("oh");
    }

    @Test
    void severalWritersOfOneLogKeepTheirLinesWhole() throws IOException {
        Path path = folder.resolve("log");
        String[] lines = {"a".repeat(700) + "\n", "b".repeat(1100) + "\n"};
        LoopFixture.run(loop -> {
            for (String line : lines) {
                FileOutput output = FileOutput.create(loop, path, with(APPEND));
                int[] left = {3000};
                output.onDrain(() -> writeOften(output, line, left));
                writeOften(output, line, left);
            }
        });
        List<String> found = Files.readAllLines(path, StandardCharsets.US_ASCII);
        assertThat(found).hasSize(6000);
        assertThat(found).containsOnly(lines[0].strip(), lines[1].strip());
    }

    /** Writes on as it is drained. */
    private static void writeOften(FileOutput output, String line, int[] left) {
        boolean mayGoOn = true;
        while (left[0] > 0 && mayGoOn) {
            left[0]--;
            mayGoOn = output.write(line);
        }
        if (left[0] == 0) {
            output.end();
        }
    }

    @Test
    void anIdleFileHoldsNoLoopAndIsClosedWithIt() {
        Path path = folder.resolve("file");
        assertThat(write(path, FileOutputOptions.DEFAULTS, output -> output.write("text")))
                .containsExactly("open at 0");
        Kernel.await("it is closed", () -> Kernel.descriptors(path.toString()).isEmpty());
        assertThat(path).hasContent("text");
    }
}
