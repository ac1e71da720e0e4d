package dev.millrace.cli;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Reads what the kernel tells about itself and its processes (proc(5)). */
final class Procfs {
    private Procfs() {}

    /**
     * A file's lines; none when there is no such file, or it is not for this user. Names in them
     * are bytes, so nothing is undecodable.
     */
    static List<String> lines(Path file) {
        try {
            return new String(Files.readAllBytes(file), StandardCharsets.UTF_8).lines().toList();
        } catch (IOException e) {
            return List.of();
        }
    }
}
