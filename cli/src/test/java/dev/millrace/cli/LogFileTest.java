package dev.millrace.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A file that lines are appended to, and that others rename. */
@Timeout(30)
class LogFileTest {
    @TempDir private Path folder;

    private static void expect(Path file, String text) throws IOException {
        long deadline = System.nanoTime() + 20_000_000_000L;
        while (!Files.exists(file) || !Files.readString(file).equals(text)) {
            assertThat(System.nanoTime()).as("written: " + text).isLessThan(deadline);
            Thread.onSpinWait();
        }
        assertThat(file).hasContent(text);
    }

    @Test
    void linesAreAppended() throws IOException {
        Path path = Files.writeString(folder.resolve("log"), "before\n");
        LogFile log = LogFile.open(path);
        log.add("one\n");
        log.add("two\n");
        expect(path, "before\none\ntwo\n");
    }

    @Test
    void aRotatedFileIsLeftAlone() throws IOException {
        Path path = folder.resolve("log");
        LogFile log = LogFile.open(path);
        log.add("one\n");
        expect(path, "one\n");
        Files.move(path, folder.resolve("log.1"));
        log.add("two\n");
        expect(path, "two\n");
        expect(folder.resolve("log.1"), "one\n");
        Files.delete(path);
        log.add("three\n");
        expect(path, "three\n");
    }

    @Test
    void whoAsksForItGetsANewFileWithoutALine() throws IOException {
        Path path = folder.resolve("log");
        LogFile log = LogFile.open(path);
        log.add("one\n");
        expect(path, "one\n");
        Files.move(path, folder.resolve("log.1"));
        log.reopen();
        expect(path, "");
        log.add("two\n");
        expect(path, "two\n");
        expect(folder.resolve("log.1"), "one\n");
        log.reopen();
        log.add("three\n");
        expect(path, "two\nthree\n");
    }

    @Test
    void aFileThatCantBeMadeIsRefusedAtOnce() {
        assertThatThrownBy(() -> LogFile.open(folder.resolve("none/log")))
                .isInstanceOf(NoSuchFileException.class);
    }
}
