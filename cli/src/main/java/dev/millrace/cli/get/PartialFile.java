package dev.millrace.cli.get;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A file that is on its way: {@code NAME.part} while bytes are missing, and {@code NAME.part.from}
 * beside it, which says what they are the beginning of.
 *
 * <pre>
 *   nothing ──begin──▶ NAME.part and NAME.part.from ──complete──▶ NAME
 *                          ▲          │ broken off: both stay
 *                          └──────────┘ continued
 * </pre>
 *
 * The second one is locked from the claim to the release, so that two never write one part.
 */
final class PartialFile {
    /** Beyond that a file is none of ours. */
    private static final long ORIGIN_MAX_BYTES = 64 << 10;

    private final Path whole;
    private final Path part;
    private final Path from;
    private final boolean mayReplace;

    /** {@link #from}, locked, from the claim on; closing any other descriptor of it unlocks it. */
    private @Nullable FileChannel origin;

    PartialFile(Place.Kept place) {
        this.whole = place.path();
        this.part = whole.resolveSibling(whole.getFileName() + ".part");
        this.from = whole.resolveSibling(whole.getFileName() + ".part.from");
        this.mayReplace = place.mayReplace();
    }

    /**
     * Makes sure that nothing else writes the part until {@link #release}; a file system without
     * locks can't.
     *
     * @throws IOException if another process does, or it can't be written beside the file
     */
    void claim() throws IOException {
        boolean isThere = false;
        while (!isThere) {
            FileChannel channel =
                    FileChannel.open(
                            from,
                            StandardOpenOption.CREATE,
                            StandardOpenOption.READ,
                            StandardOpenOption.WRITE);
            origin = channel;
            if (!isLocked(channel)) {
                release();
                throw new IOException(part + " is being written by another get; wait for it");
            }
            // One that has just ended has removed what was locked here.
            isThere = Files.exists(from);
            if (!isThere) {
                release();
            }
        }
    }

    private static boolean isLocked(FileChannel channel) {
        try {
            return channel.tryLock() != null;
        } catch (OverlappingFileLockException e) {
            return false;
        } catch (IOException noLocks) {
            return true;
        }
    }

    /** Another may claim it. */
    void release() {
        try {
            if (origin != null) {
                origin.close();
            }
        } catch (IOException e) {
            // A close gives the lock back, whatever else it says.
        }
        origin = null;
    }

    Path whole() {
        return whole;
    }

    Path part() {
        return part;
    }

    boolean isWhole() {
        return Files.exists(whole) && !Files.exists(part);
    }

    /** How many bytes are there. */
    long length() {
        try {
            return Files.size(part);
        } catch (IOException e) {
            return 0;
        }
    }

    /** What they are the beginning of; empty if that is not known. */
    Optional<PartOrigin> origin() {
        try {
            FileChannel channel = claimed();
            ByteBuffer bytes =
                    ByteBuffer.allocate((int) Math.min(channel.size(), ORIGIN_MAX_BYTES));
            for (int count = 0; count >= 0 && bytes.hasRemaining(); ) {
                count = channel.read(bytes, bytes.position());
            }
            String text = new String(bytes.array(), 0, bytes.position(), StandardCharsets.UTF_8);
            return PartOrigin.of(text.lines().toList());
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    private FileChannel claimed() {
        return Objects.requireNonNull(origin, "not claimed");
    }

    /** What comes now is the beginning of {@code origin}. */
    void begin(PartOrigin origin) throws IOException {
        // What is there belongs to another beginning, so it goes first.
        Files.deleteIfExists(part);
        FileChannel channel = claimed().truncate(0);
        String text = String.join("\n", origin.lines()) + "\n";
        ByteBuffer bytes = ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
        while (bytes.hasRemaining()) {
            channel.write(bytes, bytes.position());
        }
    }

    /** Every byte is there. */
    void complete() throws IOException {
        if (mayReplace) {
            Files.move(part, whole, StandardCopyOption.REPLACE_EXISTING);
        } else {
            Files.move(part, whole);
        }
        Files.deleteIfExists(from);
    }

    /** Whether the name is taken, and has to be left alone. */
    boolean isTaken() {
        return !mayReplace && Files.exists(whole);
    }

    /** Why {@link #complete} failed. */
    static String why(IOException error) {
        return error instanceof FileAlreadyExistsException
                ? "it is there already; name another file with -o"
                : String.valueOf(error.getMessage());
    }

    /** What a complaint says about what is there; empty files are removed, if they are ours. */
    String hint() {
        if (origin == null) {
            return "";
        }
        long length = length();
        if (length == 0) {
            try {
                Files.deleteIfExists(part);
                Files.deleteIfExists(from);
            } catch (IOException e) {
                return "";
            }
            return "";
        }
        String there = "; " + part + " has " + length + " bytes";
        boolean isKnown = origin().map(PartOrigin::isKnown).orElse(false);
        return there
                + (isKnown
                        ? ", which -c continues"
                        : ", and the server gave nothing to continue them by");
    }
}
