package dev.millrace.cli;

import dev.millrace.loop.Drivers;
import dev.millrace.loop.Loop;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** {@code millrace doctor}: whether this machine and this JVM have what the servers need. */
final class DoctorCommand implements Command {
    private static final Path SELF = Path.of("/proc/self");
    private static final String CACHE_FLAG = "-XX:AOTCache=";
    private static final String LIMIT = "Max open files";

    @Override
    public String name() {
        return "doctor";
    }

    @Override
    public String summary() {
        return "tell what the servers find on this machine";
    }

    @Override
    public int run(Arguments arguments, PrintStream out) {
        say(out, "millrace", Version.text());
        say(out, "java", java());
        say(out, "system", system());
        boolean isFine = driver(out);
        say(out, "native access", nativeAccess());
        say(out, "tls", TlsEngine.text());
        say(out, "descriptors", descriptors());
        say(out, "cores", Runtime.getRuntime().availableProcessors() + " for this process");
        say(out, "aot cache", cache());
        return isFine ? Main.OK : Main.FAILED;
    }

    private static void say(PrintStream out, String what, String text) {
        out.println("%-14s %s".formatted(what, text));
    }

    private static String java() {
        return String.join(
                ", ",
                System.getProperty("java.vm.version"),
                System.getProperty("java.vendor"),
                System.getProperty("java.home"));
    }

    private static String system() {
        return "%s %s, %s, %s"
                .formatted(
                        System.getProperty("os.name"),
                        System.getProperty("os.version"),
                        System.getProperty("os.arch"),
                        libc());
    }

    /** The C library that is mapped into this process. */
    private static String libc() {
        List<String> maps = Procfs.lines(SELF.resolve("maps"));
        if (maps.stream().anyMatch(line -> line.contains("ld-musl"))) {
            return "musl";
        }
        boolean isGlibc = maps.stream().anyMatch(line -> line.contains("/libc.so.6"));
        return isGlibc ? "glibc" : "unknown C library";
    }

    private static boolean driver(PrintStream out) {
        try {
            Drivers.Choice choice = Drivers.choice();
            say(out, "driver", choice.name() + ", because " + choice.reason());
            return true;
        } catch (IllegalArgumentException | IllegalStateException | UncheckedIOException e) {
            say(out, "driver", "none: " + Console.oneLine(e));
            return false;
        }
    }

    private static String nativeAccess() {
        Module library = Loop.class.getModule();
        String name = library.isNamed() ? library.getName() : "ALL-UNNAMED";
        return library.isNativeAccessEnabled()
                ? "granted to " + name
                : "not granted; start java with --enable-native-access=" + name;
    }

    private static String descriptors() {
        Optional<String> limit =
                Procfs.lines(SELF.resolve("limits")).stream()
                        .filter(line -> line.startsWith(LIMIT))
                        .findFirst();
        if (limit.isEmpty()) {
            return "limit unknown";
        }
        String[] field = limit.get().substring(LIMIT.length()).strip().split("\\s+");
        String text = field[0] + " at most (hard limit " + field[1] + ")";
        try (Stream<Path> open = Files.list(SELF.resolve("fd"))) {
            return text + ", " + open.count() + " open";
        } catch (IOException e) {
            return text;
        }
    }

    private static String cache() {
        String commandLine = String.join("", Procfs.lines(SELF.resolve("cmdline")));
        for (String word : commandLine.split("\0")) {
            if (word.startsWith(CACHE_FLAG)) {
                return word.substring(CACHE_FLAG.length());
            }
        }
        return "none; everything works without it, and starts slower";
    }
}
