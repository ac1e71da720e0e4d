package dev.millrace.stream;

/**
 * Bytes that stay where they are until the kernel takes them: a part of an open file. What holds
 * them stays open, and as it is, until the writer of the region was told that it is over.
 *
 * {@snippet class="dev.millrace.files.FileStreamSnippets" region="region"}
 */
public interface Region {
    /** How many bytes it has, at least one. */
    int length();
}
