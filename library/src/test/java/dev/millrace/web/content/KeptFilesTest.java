package dev.millrace.web.content;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.driver.RecordingDriver;
import dev.millrace.files.FoundFile;
import dev.millrace.files.OpenFile;
import dev.millrace.files.PathName;
import dev.millrace.loop.DriverLoops;
import dev.millrace.loop.Loop;
import dev.millrace.loop.RunMode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Files that stay open for a moment, on stopped time. */
@Tag("epoll")
class KeptFilesTest {
    @TempDir private Path folder;

    private final RecordingDriver driver = new RecordingDriver().withStoppedTime();
    private final Loop loop = DriverLoops.on(driver);
    private final KeptFiles kept = new KeptFiles(loop, Runnable::run, 2);

    @AfterEach
    void close() {
        loop.close();
    }

    private Document open(Path path) throws IOException {
        try (FoundFile found = FoundFile.find(PathName.of(path))) {
            return Document.open(found);
        }
    }

    private Document keep(String name) throws IOException {
        Document document = open(Files.writeString(folder.resolve(name), name));
        kept.put(name, document);
        return document;
    }

    /** What is closed can't be shared. */
    private static boolean isOpen(Document document) throws IOException {
        try {
            document.file().share().close();
            return true;
        } catch (IllegalStateException closed) {
            return false;
        }
    }

    private void pass(long millis) {
        driver.passMillis(millis);
        loop.updateTime();
        // What is kept does not hold the loop, so something else has to.
        loop.setImmediate(() -> {});
        loop.run(RunMode.NOWAIT);
    }

    @Test
    void aFileIsGivenUntilItsTimeIsOver() throws IOException {
        Document document = keep("f");
        assertThat(kept.get("f")).isSameAs(document);
        assertThat(kept.get("other")).isNull();
        driver.passMillis(KeptFiles.VALID.toMillis());
        loop.updateTime();
        assertThat(kept.get("f")).isSameAs(document);
        driver.passMillis(1);
        loop.updateTime();
        assertThat(kept.get("f")).isNull();
        assertThat(isOpen(document)).isFalse();
    }

    @Test
    void whatIsGivenUpIsClosedAtOnce() throws IOException {
        assertThat(kept.giveUp()).as("there is none").isFalse();
        Document first = keep("a");
        Document second = keep("b");
        OpenFile sent = second.file().share();
        assertThat(kept.giveUp()).isTrue();
        assertThat(isOpen(first)).isFalse();
        assertThat(isOpen(second)).isFalse();
        assertThat(kept.get("a")).isNull();
        assertThat(sent.read(new byte[1], 0, 1, 0)).as("what is being sent").isEqualTo(1);
        sent.close();
        assertThat(kept.giveUp()).isFalse();
        Document third = keep("c");
        assertThat(kept.get("c")).isSameAs(third);
    }

    @Test
    void aFileThatIsNotAskedForIsClosedByItself() throws IOException {
        Document first = keep("a");
        pass(KeptFiles.VALID.toMillis() / 2);
        Document second = keep("b");
        pass(KeptFiles.VALID.toMillis() / 2 + 1);
        pass(KeptFiles.VALID.toMillis());
        assertThat(isOpen(first)).isFalse();
        pass(KeptFiles.VALID.toMillis());
        assertThat(isOpen(second)).isFalse();
        assertThat(loop.isAlive()).as("nothing holds the loop").isFalse();
    }

    @Test
    void theOldestMakesRoom() throws IOException {
        Document first = keep("a");
        Document second = keep("b");
        assertThat(isOpen(first)).isTrue();
        Document third = keep("c");
        assertThat(isOpen(first)).isFalse();
        assertThat(kept.get("b")).isSameAs(second);
        assertThat(kept.get("c")).isSameAs(third);
        Document again = keep("c");
        assertThat(isOpen(third)).as("in its own place").isFalse();
        assertThat(kept.get("b")).isSameAs(second);
        assertThat(kept.get("c")).isSameAs(again);
    }

    @Test
    void aFileThatWasChangedIsNotGiven() throws IOException {
        Document longer = keep("longer");
        Files.writeString(folder.resolve("longer"), "more", StandardOpenOption.APPEND);
        assertThat(kept.get("longer")).isNull();
        assertThat(isOpen(longer)).isFalse();

        keep("gone");
        Files.delete(folder.resolve("gone"));
        assertThat(kept.get("gone")).isNull();

        keep("replaced");
        Path next = Files.writeString(folder.resolve("next"), "replaced");
        Files.move(next, folder.resolve("replaced"), StandardCopyOption.ATOMIC_MOVE);
        assertThat(kept.get("replaced")).isNull();
    }

    /** One that is being sent stays open for that. */
    @Test
    void whatIsSharedIsClosedWithTheLast() throws IOException {
        Document document = keep("f");
        Document sent =
                new Document(
                        document.type(),
                        "",
                        false,
                        document.length(),
                        document.modified(),
                        document.file().share());
        pass(KeptFiles.VALID.toMillis() + 1);
        assertThat(kept.get("f")).isNull();
        assertThat(isOpen(sent)).isTrue();
        assertThat(sent.file().read(new byte[1], 0, 1, 0)).isEqualTo(1);
        sent.file().close();
        assertThat(isOpen(sent)).isFalse();
    }

    @Test
    void nothingStaysOpenBehindTheLoop() throws IOException {
        Document document = keep("f");
        loop.close();
        assertThat(isOpen(document)).isFalse();
    }
}
