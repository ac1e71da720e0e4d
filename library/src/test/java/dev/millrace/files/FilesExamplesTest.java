package dev.millrace.files;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The examples of the documentation, compiled and run. */
class FilesExamplesTest {
    @TempDir private Path folder;

    @Test
    void found() throws IOException {
        Path path = Files.writeString(folder.resolve("a.txt"), "text");
        // @start region="found"
        try (FoundFile file = FoundFile.find(PathName.of(path))) {
            // Another file under the name changes nothing of this.
            Files.move(Files.writeString(folder.resolve("new"), "longer"), folder.resolve("b.txt"));
            try (OpenFile open = file.open()) {
                byte[] bytes = new byte[(int) open.length()];
                assertThat(open.read(bytes, 0, bytes.length, 0)).isEqualTo(4);
            }
        }
        // @end
    }

    @Test
    void openFile() throws IOException {
        PathName name = PathName.of(Files.writeString(folder.resolve("a.txt"), "head and tail"));
        // @start region="openFile"
        try (FoundFile found = FoundFile.find(name);
                OpenFile file = found.open()) {
            byte[] tail = new byte[4];
            int count = file.read(tail, 0, tail.length, file.length() - tail.length);
            assertThat(new String(tail, 0, count, StandardCharsets.UTF_8)).isEqualTo("tail");
        }
        // @end
    }

    @Test
    void name() throws IOException {
        // @start region="name"
        PathName root = PathName.of(folder);
        PathName latin1 = root.resolve(new byte[] {'c', 'a', 'f', (byte) 0xe9});
        Files.writeString(latin1.toPath(), "coffee");
        // @end
        assertThat(latin1.isWithin(root)).isTrue();
        try (FoundFile file = FoundFile.find(latin1)) {
            assertThat(file.length()).isEqualTo(6);
        }
    }

    @Test
    void share() throws IOException {
        PathName name = PathName.of(Files.writeString(folder.resolve("a.txt"), "text"));
        // @start region="share"
        try (FoundFile found = FoundFile.find(name);
                OpenFile file = found.open()) {
            OpenFile again = file.share();
            file.close();
            assertThat(again.read(new byte[4], 0, 4, 0)).isEqualTo(4);
            again.close();
        }
        // @end
    }
}
