package dev.millrace.cli.get;

import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Optional;

/**
 * A file that is on its way: {@code NAME.part} while bytes are missing, and {@code NAME.part.from}
 * beside it, which says what they are the beginning of.
 *
 * <pre>
 *   nothing ──begin──▶ NAME.part and NAME.part.from ──complete──▶ NAME
 *                          ▲          │ broken off: both stay
 *                          └──────────┘ continued
 * </pre>
 */
final class PartialFile {
    private final Path whole;
    private final Path part;
    private final Path from;
    private final boolean mayReplace;

    PartialFile(Place.Kept place) {
        this.whole = place.path();
        this.part = whole.resolveSibling(whole.getFileName() + ".part");
        this.from = whole.resolveSibling(whole.getFileName() + ".part.from");
        this.mayReplace = place.mayReplace();
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
            return PartOrigin.of(Files.readAllLines(from));
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    /** What comes now is the beginning of {@code origin}. */
    void begin(PartOrigin origin) throws IOException {
        // What is there belongs to another beginning, so it goes first.
        Files.deleteIfExists(part);
        Files.write(from, origin.lines());
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

    /** What a complaint says about what is there; empty files are removed. */
    String hint() {
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
