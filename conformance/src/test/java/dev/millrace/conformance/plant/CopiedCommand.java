package dev.millrace.conformance.plant;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.spi.ToolProvider;
import java.util.stream.Stream;

/**
 * The command with a mistake in it, for tests that start it in a process of its own: a folder like
 * the repository's, of links, whose launcher finds jars of the classes there are and of those that
 * were changed. It has no cache of compiled code, so it starts a little later.
 */
final class CopiedCommand {
    private static final String APP = "cli/target/app";

    private CopiedCommand() {}

    /** Makes it below {@code work}; {@code changed} holds the classes of {@code module}. */
    static Path make(Path root, Path work, Path changed, String module) throws IOException {
        Path copy = Files.createDirectories(work.resolve("root"));
        Path app = Files.createDirectories(copy.resolve(APP));
        linkAll(root, copy, List.of("cli", "millrace"));
        linkAll(root.resolve("cli"), copy.resolve("cli"), List.of("target"));
        // No link: the launcher would follow it back.
        Files.copy(root.resolve("millrace"), copy.resolve("millrace"));
        jar(root, "library", app.resolve("millrace.jar"), changed, module);
        jar(root, "cli", app.resolve("millrace-cli.jar"), changed, module);
        Files.copy(jackson(root), app.resolve("jackson-core.jar"));
        return copy;
    }

    private static void linkAll(Path from, Path to, List<String> without) throws IOException {
        try (Stream<Path> entries = Files.list(from)) {
            for (Path entry : entries.toList()) {
                if (!without.contains(entry.getFileName().toString())) {
                    Files.createSymbolicLink(to.resolve(entry.getFileName()), entry);
                }
            }
        }
    }

    private static Path jackson(Path root) throws IOException {
        try (Stream<Path> jars = Files.list(root.resolve("conformance/target/lib"))) {
            return jars.filter(jar -> jar.getFileName().toString().startsWith("jackson-core"))
                    .findFirst()
                    .orElseThrow();
        }
    }

    private static void jar(Path root, String of, Path jar, Path changed, String module)
            throws IOException {
        String classes = root.resolve(of).resolve("target/classes").toString();
        run("--create", "--file", jar.toString(), "-C", classes, ".");
        if (of.equals(module)) {
            run("--update", "--file", jar.toString(), "-C", changed.toString(), "dev");
        }
    }

    private static void run(String... words) throws IOException {
        ToolProvider tool = ToolProvider.findFirst("jar").orElseThrow();
        if (tool.run(System.out, System.err, words) != 0) {
            throw new IOException("jar " + String.join(" ", words) + " failed");
        }
    }
}
