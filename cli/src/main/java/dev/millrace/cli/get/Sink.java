package dev.millrace.cli.get;

import dev.millrace.files.FileOutput;
import dev.millrace.files.FileOutputOptions;
import dev.millrace.loop.Loop;
import dev.millrace.stdio.StandardOutput;
import dev.millrace.stream.WriteStream;
import java.io.IOException;
import java.nio.file.Path;
import java.util.function.Consumer;

/**
 * Where the bytes of a body go, and how its end is heard of.
 *
 * @param stream takes them
 * @param whenWritten keeps a task for the moment when all of them are there
 */
record Sink(WriteStream stream, Consumer<Runnable> whenWritten) {

    /**
     * A file.
     *
     * @param start behind how many bytes; 0 empties it
     */
    static Sink file(Loop loop, Path path, long start, Consumer<? super IOException> failed) {
        FileOutputOptions options =
                start == 0
                        ? FileOutputOptions.DEFAULTS
                        : FileOutputOptions.DEFAULTS
                                .withExisting(FileOutputOptions.Existing.KEEP)
                                .withStart(start);
        FileOutput output = FileOutput.create(loop, path, options).onError(failed);
        return new Sink(output, output::onFinish);
    }

    /** Standard output, whose errors have a listener already. */
    static Sink standard(StandardOutput output) {
        return new Sink(output, output::onClose);
    }

    /** Writes what waits, then runs {@code task}. */
    void end(Runnable task) {
        whenWritten.accept(task);
        stream.end();
    }
}
