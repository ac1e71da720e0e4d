package dev.millrace.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Where things are. Whatever the comparison writes lies below {@code bench/target}. */
record Layout(Path root) {

    Path source(String language, String name) {
        return root.resolve("bench/src/main").resolve(language).resolve(name);
    }

    /** What was installed or compiled on first use. */
    Path peers() {
        return root.resolve("bench/target/peers");
    }

    /** Logs of servers, request files, results. */
    Path output(String name) throws IOException {
        Path folder = root.resolve("bench/target/compare");
        Files.createDirectories(folder);
        return folder.resolve(name);
    }

    /** The class path of peers written in Java. */
    String classPath() {
        return root.resolve("bench/target/classes") + ":" + root.resolve("bench/target/lib") + "/*";
    }
}
