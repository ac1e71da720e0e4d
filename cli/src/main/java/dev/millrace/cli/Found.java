package dev.millrace.cli;

import java.nio.file.Path;
import java.time.Instant;

/** What a path of a {@link Site} leads to. */
sealed interface Found {
    /** A regular file; {@code path} has no link in it. */
    record Document(Path path, long length, Instant modified) implements Found {}

    /** A folder to list, and its path as it is shown, with a slash at its end. */
    record Folder(Path path, String shown) implements Found {}

    /** A folder that was asked for without its slash. */
    record Moved(String location) implements Found {}

    /** Nothing that may be told about. */
    record Nothing() implements Found {}

    /** Something this process may not read. */
    record Denied() implements Found {}
}
