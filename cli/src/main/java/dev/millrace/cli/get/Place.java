package dev.millrace.cli.get;

import java.nio.file.Path;

/** Where a body goes. */
public sealed interface Place {
    /**
     * Standard output.
     *
     * @param mayBeBinary whether a terminal gets bytes that are no text as well
     */
    record Standard(boolean mayBeBinary) implements Place {}

    /** What is there and no regular file, such as {@code /dev/null}. */
    record Device(Path path) implements Place {}

    /**
     * A file, which gets its name when it is whole.
     *
     * @param mayReplace whether one that is there already is replaced
     */
    record Kept(Path path, boolean mayReplace) implements Place {}
}
