package dev.millrace.files;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
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
            try (FileChannel channel = file.open()) {
                byte[] bytes = Channels.newInputStream(channel).readAllBytes();
                assertThat(bytes).hasSize((int) file.length());
            }
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
}
