package dev.millrace.cli;

import dev.millrace.loop.Loop;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Tells when files have changed, and have stopped changing: an editor, or a build, writes several
 * of them, one after the other.
 *
 * <pre>
 *   same ──a look sees a difference──▶ changing ──the next look sees none──▶ told, same
 *                                         └──▲ another difference
 * </pre>
 *
 * It looks again and again, which works on every file system, on a thread beside the loop.
 */
final class FileWatch {
    private static final Duration PERIOD = Duration.ofMillis(200);

    private final Loop loop;
    private final List<Path> paths;
    private final String suffix;
    private final Runnable changed;
    private Map<Path, String> last;
    private boolean isChanging;

    /**
     * Watches from now on; it does not keep the loop alive.
     *
     * @param paths files, and folders of which the files with {@code suffix} count
     */
    FileWatch(Loop loop, List<Path> paths, String suffix, Runnable changed) {
        this.loop = loop;
        this.paths = List.copyOf(paths);
        this.suffix = suffix;
        this.changed = changed;
        this.last = look();
        next();
    }

    private void next() {
        loop.setTimeout(PERIOD, () -> loop.offload(this::look).thenAccept(this::looked)).unref();
    }

    private void looked(Map<Path, String> now) {
        if (see(now)) {
            changed.run();
        }
        next();
    }

    /** Whether a change is to be told. */
    boolean see(Map<Path, String> now) {
        boolean isDifferent = !now.equals(last);
        boolean isTold = isChanging && !isDifferent;
        isChanging = isDifferent;
        last = now;
        return isTold;
    }

    /** What tells one state of the files from another: who has which size, and since when. */
    Map<Path, String> look() {
        Map<Path, String> state = new TreeMap<>();
        for (Path path : paths) {
            for (Path file : files(path)) {
                state.put(file, stamp(file));
            }
        }
        return state;
    }

    private List<Path> files(Path path) {
        if (!Files.isDirectory(path)) {
            return List.of(path);
        }
        List<Path> found = new ArrayList<>();
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(path)) {
            for (Path entry : entries) {
                if (entry.toString().endsWith(suffix)) {
                    found.add(entry);
                }
            }
        } catch (IOException e) {
            // A folder that has gone has no files.
        }
        return found;
    }

    private static String stamp(Path file) {
        try {
            var is = Files.readAttributes(file, BasicFileAttributes.class);
            return is.lastModifiedTime().toInstant() + " " + is.size() + " " + is.fileKey();
        } catch (IOException gone) {
            return "gone";
        }
    }
}
