package dev.millrace.cli;

import dev.millrace.kernel.Address;
import dev.millrace.kernel.IpAddress;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Where the control sockets of this user's programs are: {@code millrace-UID-PORT.sock} in
 * XDG_RUNTIME_DIR, or in /tmp where there is no such folder. Others may make files in /tmp: those
 * are passed over.
 */
final class ControlPlace {
    private static final String SUFFIX = ".sock";

    private final Path folder;
    private final String prefix;
    private final Object user;

    private ControlPlace(Path folder, Object user) {
        this.folder = folder;
        this.user = user;
        this.prefix = "millrace-" + user + "-";
    }

    static ControlPlace usual() {
        return under(System.getenv("XDG_RUNTIME_DIR"));
    }

    /** {@code runtime} is what XDG_RUNTIME_DIR says, if it says anything. */
    static ControlPlace under(@Nullable String runtime) {
        boolean isThere = runtime != null && Files.isWritable(Path.of(runtime));
        return new ControlPlace(Path.of(isThere ? runtime : "/tmp"), owner(Path.of("/proc/self")));
    }

    private static Object owner(Path path) {
        try {
            return Files.getAttribute(path, "unix:uid");
        } catch (IOException | UnsupportedOperationException e) {
            return "unknown";
        }
    }

    /** Of a program that listens at {@code address}: by its port, or else by its process. */
    Path of(Address address) {
        long number = address instanceof IpAddress ip ? ip.port() : ProcessHandle.current().pid();
        return folder.resolve(prefix + number + SUFFIX);
    }

    /** What to say of a control socket that is another program's. */
    static String taken(Path path) {
        return "another program has the control socket " + path + "; name another with --control";
    }

    /** Those that are there, in the order of their names; some may be left over. */
    List<Path> all() {
        List<Path> found = new ArrayList<>();
        try (DirectoryStream<Path> entries =
                Files.newDirectoryStream(folder, prefix + "*" + SUFFIX)) {
            for (Path entry : entries) {
                if (owner(entry).equals(user)) {
                    found.add(entry);
                }
            }
        } catch (IOException e) {
            return List.of();
        }
        found.sort(null);
        return found;
    }

    Path folder() {
        return folder;
    }
}
