package dev.millrace.cli;

import dev.millrace.kernel.IpAddress;
import dev.millrace.kernel.UnixAddress;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * The process that listens on an address, as far as /proc shows it: an inode from the tables of
 * proc_pid_net(5), then the process that has it open.
 *
 * @param pid the process
 * @param command its name
 */
record Holder(long pid, String command) {
    private static final Path PROC = Path.of("/proc");
    private static final String LISTENING = "0A";

    static Optional<Holder> of(IpAddress address) {
        String port = ":%04X".formatted(address.port());
        Set<String> inodes = new HashSet<>();
        for (String table : List.of("net/tcp", "net/tcp6")) {
            for (String line : Procfs.lines(PROC.resolve(table))) {
                String[] field = line.strip().split("\\s+");
                if (field.length > 9 && field[1].endsWith(port) && field[3].equals(LISTENING)) {
                    inodes.add(field[9]);
                }
            }
        }
        return withInode(inodes);
    }

    static Optional<Holder> of(UnixAddress address) {
        Set<String> inodes = new HashSet<>();
        for (String line : Procfs.lines(PROC.resolve("net/unix"))) {
            String[] field = line.strip().split("\\s+", 8);
            if (field.length == 8 && field[7].equals(address.toString())) {
                inodes.add(field[6]);
            }
        }
        return withInode(inodes);
    }

    /** Other users' processes keep their descriptors to themselves; they are passed over. */
    private static Optional<Holder> withInode(Set<String> inodes) {
        if (inodes.isEmpty()) {
            return Optional.empty();
        }
        for (Path process : list(PROC, "[0-9]*")) {
            for (Path descriptor : list(process.resolve("fd"), "*")) {
                if (inodes.contains(socketInode(descriptor))) {
                    return Optional.of(holder(process));
                }
            }
        }
        return Optional.empty();
    }

    private static Holder holder(Path process) {
        List<String> name = Procfs.lines(process.resolve("comm"));
        return new Holder(
                Long.parseLong(process.getFileName().toString()),
                name.isEmpty() ? "?" : name.getFirst());
    }

    /** {@code socket:[12345]} names a socket's inode. */
    private static String socketInode(Path descriptor) {
        try {
            String target = Files.readSymbolicLink(descriptor).toString();
            return target.startsWith("socket:[") ? target.substring(8, target.length() - 1) : "";
        } catch (IOException e) {
            return "";
        }
    }

    private static List<Path> list(Path folder, String glob) {
        List<Path> found = new ArrayList<>();
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(folder, glob)) {
            entries.forEach(found::add);
        } catch (IOException e) {
            return found;
        }
        return found;
    }

    /** {@code process 4711 (java)}. */
    String text() {
        return "process " + pid + " (" + command + ")";
    }
}
