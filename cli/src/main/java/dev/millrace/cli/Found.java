package dev.millrace.cli;

import dev.millrace.files.FoundFile;
import dev.millrace.files.OpenFile;
import java.time.Instant;

/** What a path of a {@link Site} leads to. A document and a folder are to be closed. */
sealed interface Found {
    /**
     * A regular file, opened: length, time and bytes are of one file, whatever its name leads to
     * meanwhile.
     *
     * @param name the last name of where it lies
     * @param length in bytes
     * @param modified when it was changed last
     * @param file the file
     */
    record Document(String name, long length, Instant modified, OpenFile file) implements Found {}

    /** A folder to list, and its path as it is shown, with a slash at its end. */
    record Folder(FoundFile folder, String shown) implements Found {}

    /** A folder that was asked for without its slash. */
    record Moved(String location) implements Found {}

    /** Nothing that may be told about. */
    record Nothing() implements Found {}

    /** Something this process may not read. */
    record Denied() implements Found {}

    /** Something that can't be told now, for a lack of descriptors or because it changes. */
    record Busy() implements Found {}
}
