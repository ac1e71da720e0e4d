package dev.millrace.testing;

import java.io.File;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/**
 * What children of the tests begin from, once for each build: the classes of the library and of its
 * tests in one jar, and an archive of those that most children need, which a JVM maps instead of
 * reading and checking them ({@code -XX:AOTCache}). A child starts with half the processor time
 * then. The first test that needs it makes it, as {@link ArchivedProgram} says.
 *
 * <p>A JVM that finds the archive unfit for its class path starts without it.
 */
record ChildArchive(Path jar, List<String> otherClassPath) {
    private static final String JAR = "classes.jar";

    /** Of the class path of Maven's test runs, or of a child that has been given one already. */
    static Optional<ChildArchive> of(String classPath) throws IOException {
        List<String> entries = List.of(classPath.split(File.pathSeparator));
        Path first = Path.of(entries.getFirst());
        if (first.endsWith(JAR) && Files.exists(archive(first))) {
            return Optional.of(new ChildArchive(first, entries.subList(1, entries.size())));
        }
        // With anything in front, as conformance/plant has it, other classes are meant.
        Path target = first.getParent();
        if (!first.endsWith("test-classes")
                || entries.size() < 2
                || !Path.of(entries.get(1)).equals(target.resolve("classes"))) {
            return Optional.empty();
        }
        Path jar = made(target);
        return Files.exists(archive(jar))
                ? Optional.of(new ChildArchive(jar, entries.subList(2, entries.size())))
                : Optional.empty();
    }

    private static Path archive(Path jar) {
        return jar.resolveSibling("classes.aot");
    }

    List<String> options() {
        List<String> entries = new ArrayList<>(List.of(jar.toString()));
        entries.addAll(otherClassPath);
        // The JDK's own archive knows no native access, which a JVM says aloud with another one.
        return List.of(
                "-Xlog:cds*=off,aot*=off",
                "-XX:AOTCache=" + archive(jar),
                // Most end before what would be compiled has paid for it.
                "-XX:CompileThresholdScaling=10",
                "-cp",
                String.join(File.pathSeparator, entries));
    }

    /** Test runs begin at once: the others wait for the one that makes it. */
    private static synchronized Path made(Path target) throws IOException {
        List<Path> files = files(target);
        Path folder = Files.createDirectories(target.resolve("children"));
        try (FileChannel lock =
                FileChannel.open(
                        folder.resolve("lock"),
                        StandardOpenOption.CREATE,
                        StandardOpenOption.WRITE)) {
            lock.lock();
            Path jar = folder.resolve(JAR);
            Path stamp = folder.resolve("stamp");
            String wanted = stamp(files);
            if (!Files.exists(stamp) || !Files.readString(stamp).equals(wanted)) {
                Files.deleteIfExists(stamp);
                write(jar, target, files);
                new ProcessBuilder(ArchivedProgram.command(jar, archive(jar)))
                        .redirectErrorStream(true)
                        .redirectOutput(folder.resolve("output").toFile())
                        .start()
                        .onExit()
                        .join();
                Files.writeString(stamp, wanted);
            }
            return jar;
        }
    }

    private static List<Path> files(Path target) throws IOException {
        List<Path> files = new ArrayList<>();
        for (String part : List.of("test-classes", "classes")) {
            try (Stream<Path> all = Files.walk(target.resolve(part))) {
                all.filter(Files::isRegularFile).forEach(files::add);
            }
        }
        return files;
    }

    /** Another one for other classes, and for another JVM. */
    private static String stamp(List<Path> files) throws IOException {
        long newest = 0;
        for (Path file : files) {
            newest = Math.max(newest, Files.getLastModifiedTime(file).toMillis());
        }
        return newest + " " + files.size() + " " + Runtime.version();
    }

    private static void write(Path jar, Path target, List<Path> files) throws IOException {
        Set<String> names = new HashSet<>();
        try (OutputStream out = Files.newOutputStream(jar);
                ZipOutputStream zip = new ZipOutputStream(out)) {
            zip.setLevel(0);
            for (Path file : files) {
                Path inTarget = target.relativize(file);
                String name = inTarget.subpath(1, inTarget.getNameCount()).toString();
                if (names.add(name)) {
                    zip.putNextEntry(new ZipEntry(name));
                    Files.copy(file, zip);
                }
            }
        }
    }
}
