package dev.millrace.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.loop.Loop;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Files that change, and have stopped changing. */
class FileWatchTest {
    @TempDir Path folder;

    @Test
    void aChangeIsToldOnceWhenItIsOver() {
        try (Loop loop = Loop.create()) {
            FileWatch watch = new FileWatch(loop, List.of(), "", () -> {});
            Path a = Path.of("a");
            assertThat(watch.see(Map.of())).isFalse();
            assertThat(watch.see(Map.of(a, "1"))).as("it may go on").isFalse();
            assertThat(watch.see(Map.of(a, "2"))).as("it does").isFalse();
            assertThat(watch.see(Map.of(a, "2"))).isTrue();
            assertThat(watch.see(Map.of(a, "2"))).as("once").isFalse();
            assertThat(watch.see(Map.of())).isFalse();
            assertThat(watch.see(Map.of())).as("a file that has gone").isTrue();
        }
    }

    @Test
    void filesAndThoseOfAFolderAreSeen() throws IOException {
        try (Loop loop = Loop.create()) {
            Path jar = Files.writeString(folder.resolve("a.jar"), "a");
            FileWatch watch = new FileWatch(loop, List.of(jar, folder), ".java", () -> {});
            Map<Path, String> first = watch.look();
            assertThat(first).containsOnlyKeys(jar);
            Path source = Files.writeString(folder.resolve("A.java"), "class A {}");
            Files.writeString(folder.resolve("notes.txt"), "no part of it");
            Map<Path, String> second = watch.look();
            assertThat(second).containsOnlyKeys(jar, source);
            Files.writeString(source, "class A { }");
            assertThat(watch.look().get(source)).isNotEqualTo(second.get(source));
            Files.delete(jar);
            assertThat(watch.look().get(jar)).isEqualTo("gone");
            assertThat(loop.isAlive()).as("it keeps nothing alive").isFalse();
        }
    }
}
