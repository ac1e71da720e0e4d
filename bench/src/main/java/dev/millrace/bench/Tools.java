package dev.millrace.bench;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** Programs from outside the repository, compiled or installed on first use. */
final class Tools {

    private static final String NODE_RELEASE = "26";
    private static final long INSTALL_SECONDS_MAX = 300;

    private final Layout layout;

    Tools(Layout layout) {
        this.layout = layout;
    }

    /** Compiles {@code bench/src/main/c/PROGRAM.c} unless the result is newer than every source. */
    Path compiled(String program, String... libraries)
            throws LeftOut, IOException, InterruptedException {
        Path source = layout.source("c", program + ".c");
        Path binary = layout.peers().resolve("bin").resolve(program);
        if (Files.exists(binary) && isNewest(binary, source.getParent())) {
            return binary;
        }
        Files.createDirectories(binary.getParent());
        List<String> words = new ArrayList<>(List.of("cc", "-O2", "-Wall", "-Wextra", "-o"));
        words.addAll(List.of(binary.toString(), source.toString()));
        words.addAll(Arrays.asList(libraries));
        String missing =
                libraries.length == 0
                        ? "a C compiler (gcc libc6-dev)"
                        : "libuv's headers (libuv1-dev)";
        install(program, words, missing);
        return binary;
    }

    /** Node from its npm package, not whatever the machine has. */
    Path node() throws LeftOut, IOException, InterruptedException {
        String name =
                "node-linux-" + (System.getProperty("os.arch").equals("aarch64") ? "arm64" : "x64");
        Path binary = layout.peers().resolve("node_modules").resolve(name).resolve("bin/node");
        if (!Files.isExecutable(binary)) {
            Files.createDirectories(layout.peers());
            Files.writeString(layout.peers().resolve("package.json"), "{\"private\":true}\n");
            String folder = layout.peers().toString();
            List<String> words =
                    List.of("npm", "install", "--no-audit", "--no-fund", "--prefix", folder);
            List<String> all = new ArrayList<>(words);
            all.add(name + "@" + NODE_RELEASE);
            install("node", all, "npm");
        }
        return binary;
    }

    Path wrk() throws LeftOut {
        return onPath("wrk")
                .orElseThrow(() -> new LeftOut("wrk is missing: install wrk, or use --exact"));
    }

    static Optional<Path> onPath(String program) {
        return Arrays.stream(System.getenv("PATH").split(File.pathSeparator))
                .map(folder -> Path.of(folder, program))
                .filter(Files::isExecutable)
                .findFirst();
    }

    private static boolean isNewest(Path binary, Path sources) throws IOException {
        var built = Files.getLastModifiedTime(binary);
        try (var files = Files.list(sources)) {
            for (Path file : files.toList()) {
                if (Files.getLastModifiedTime(file).compareTo(built) > 0) {
                    return false;
                }
            }
        }
        return true;
    }

    private void install(String what, List<String> words, String missing)
            throws LeftOut, IOException, InterruptedException {
        Path log = layout.output("install-" + what + ".log");
        String advice = what + ": install " + missing + "; see " + layout.root().relativize(log);
        if (onPath(words.getFirst()).isEmpty()) {
            throw new LeftOut(advice);
        }
        Process process =
                new ProcessBuilder(words)
                        .redirectErrorStream(true)
                        .redirectOutput(log.toFile())
                        .start();
        if (!process.waitFor(INSTALL_SECONDS_MAX, TimeUnit.SECONDS)) {
            process.destroyForcibly();
            throw new LeftOut(advice);
        }
        if (process.exitValue() != 0) {
            throw new LeftOut(advice);
        }
    }
}
