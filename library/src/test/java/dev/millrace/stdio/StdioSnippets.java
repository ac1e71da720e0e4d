package dev.millrace.stdio;

import dev.millrace.loop.Loop;
import dev.millrace.stream.Framing;

/** The examples of this package's Javadoc: the build compiles them. */
final class StdioSnippets {
    private StdioSnippets() {}

    static void input() {
        // @start region="input"
        Loop.run(loop -> {
            StandardInput input = StandardInput.open(loop);
            input.onFrames(Framing.lines(8192), line -> System.out.println("read: " + line));
        });
        // @end
    }

    static void output() {
        // @start region="output"
        Loop.run(loop -> {
            StandardOutput output = StandardOutput.open(loop);
            output.onError(gone -> {}); // its reader has seen enough
            output.end("hello\n");
        });
        // @end
    }
}
