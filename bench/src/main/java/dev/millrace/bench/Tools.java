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
    private static final String BUN_RELEASE = "1";
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
        boolean arm = System.getProperty("os.arch").equals("aarch64");
        return npm("node", "node-linux-" + (arm ? "arm64" : "x64"), NODE_RELEASE);
    }

    /** Bun from its npm package. */
    Path bun() throws LeftOut, IOException, InterruptedException {
        boolean arm = System.getProperty("os.arch").equals("aarch64");
        return npm("bun", "@oven/bun-linux-" + (arm ? "aarch64" : "x64"), BUN_RELEASE);
    }

    private Path npm(String program, String name, String release)
            throws LeftOut, IOException, InterruptedException {
        Path binary =
                layout.peers().resolve("node_modules").resolve(name).resolve("bin/" + program);
        if (!Files.isExecutable(binary)) {
            Files.createDirectories(layout.peers());
            Path description = layout.peers().resolve("package.json");
            if (!Files.exists(description)) {
                Files.writeString(description, "{\"private\":true}\n");
            }
            String folder = layout.peers().toString();
            List<String> words =
                    List.of("npm", "install", "--no-audit", "--no-fund", "--prefix", folder);
            List<String> all = new ArrayList<>(words);
            all.add(name + "@" + release);
            install(program, all, "npm");
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

    /** A program where root's path would have it. */
    static Optional<Path> existing(String program) {
        return Optional.of(Path.of(program)).filter(Files::isExecutable);
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
