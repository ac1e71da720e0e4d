package dev.millrace.files;

import java.util.Objects;
import java.util.OptionalInt;

/**
 * How a {@link FileOutput} opens its file and leaves it.
 *
 * {@snippet class="dev.millrace.files.FileStreamSnippets" region="options"}
 *
 * @param existing what becomes of a file that is there already
 * @param start where the first byte goes; what is skipped of a longer file stays, of a shorter one
 *     it reads as zeros
 * @param mode the permission bits of a file that is made, of which the process's umask takes some
 *     away, as open(2) has it; empty: 0666. Without meaning where files have no such bits
 * @param syncAtEnd whether the bytes are on the disk, and not just with the kernel, when {@link
 *     FileOutput#onFinish} is told (fsync(2)); of a file that was made, its name as well
 */
public record FileOutputOptions(
        Existing existing, long start, OptionalInt mode, boolean syncAtEnd) {
    /** What becomes of a file that is there already. */
    public enum Existing {
        /** It is emptied, when it is opened. */
        TRUNCATE,
        /**
         * What is written goes behind what is in it, and behind what others append meanwhile
         * (O_APPEND).
         */
        APPEND,
        /** What is written takes the place of what is there; the rest stays. */
        KEEP,
        /** It stays as it is, and the opening fails with EEXIST, for a link as well (O_EXCL). */
        REFUSE
    }

    /** A file that is there is emptied; the umask decides about the mode; no sync. */
    public static final FileOutputOptions DEFAULTS =
            new FileOutputOptions(Existing.TRUNCATE, 0, OptionalInt.empty(), false);

    /**
     * @throws IllegalArgumentException if the mode has other bits than permissions; if the start is
     *     negative, or not 0 where the file is appended to
     */
    public FileOutputOptions {
        Objects.requireNonNull(existing, "existing");
        if ((mode.orElse(0) & ~0777) != 0) {
            throw new IllegalArgumentException(
                    "a mode is 0 to 0777, not 0" + Integer.toOctalString(mode.getAsInt()));
        }
        if (start < 0 || (start > 0 && existing == Existing.APPEND)) {
            throw new IllegalArgumentException(
                    "a start is 0 or more, and 0 where bytes are appended: " + start);
        }
    }

    /** These options with another fate of a file that is there. */
    public FileOutputOptions withExisting(Existing existing) {
        return new FileOutputOptions(existing, start, mode, syncAtEnd);
    }

    /** These options with another place for the first byte. */
    public FileOutputOptions withStart(long start) {
        return new FileOutputOptions(existing, start, mode, syncAtEnd);
    }

    /** These options with permission bits, {@code 0640} for instance. */
    public FileOutputOptions withMode(int mode) {
        return new FileOutputOptions(existing, start, OptionalInt.of(mode), syncAtEnd);
    }

    /** These options with a sync at the end or not. */
    public FileOutputOptions withSyncAtEnd(boolean syncAtEnd) {
        return new FileOutputOptions(existing, start, mode, syncAtEnd);
    }
}
