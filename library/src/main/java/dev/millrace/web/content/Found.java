package dev.millrace.web.content;

import dev.millrace.files.FoundFile;

/** What a path of a {@link Site} leads to. A document and a folder are to be closed. */
public sealed interface Found {
    /** A regular file, opened. */
    record Opened(Document document) implements Found {}

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
