package dev.millrace.cli;

import dev.millrace.kernel.Terminal;
import dev.millrace.loop.Loop;
import dev.millrace.stdio.StandardOutput;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * Lines on a terminal that are written anew in their place. On anything else each showing follows
 * the one before.
 */
final class LiveLines {
    /** To the first of so many lines above, and nothing below (ECMA-48 CUU, ED). */
    private static final String BACK = "\r\u001b[%dA\u001b[J";

    private final StandardOutput output;

    /** How many lines of it are on the terminal. */
    private int shown;

    private LiveLines(StandardOutput output) {
        this.output = output.onError(error -> {});
    }

    static LiveLines onOutput(Loop loop) {
        return new LiveLines(StandardOutput.open(loop));
    }

    static LiveLines onErrorOutput(Loop loop) {
        return new LiveLines(StandardOutput.openError(loop));
    }

    boolean isTerminal() {
        return output.terminal().isPresent();
    }

    /** Shows {@code lines}; a terminal that is stopped (Ctrl-S) misses some. */
    void show(List<String> lines) {
        if (output.queuedBytes() > 0) {
            return;
        }
        List<String> cut = isTerminal() ? cut(lines, size()) : lines;
        write(back() + text(cut));
        shown = isTerminal() ? cut.size() : 0;
    }

    /** A line that stays, above those that are shown next. */
    void say(String line) {
        write(back() + line + "\n");
        shown = 0;
    }

    private String back() {
        return shown == 0 ? "" : BACK.formatted(shown);
    }

    private Terminal.Size size() {
        try {
            return output.terminal().orElseThrow().size();
        } catch (IOException e) {
            return new Terminal.Size(0, 0);
        }
    }

    /** What fits; a size of 0 is not known. */
    static List<String> cut(List<String> lines, Terminal.Size size) {
        int rows = size.rows() == 0 ? lines.size() : Math.max(1, size.rows() - 1);
        int columns = size.columns() == 0 ? Integer.MAX_VALUE : size.columns();
        return lines.stream()
                .limit(rows)
                .map(line -> line.length() <= columns ? line : line.substring(0, columns))
                .toList();
    }

    private static String text(List<String> lines) {
        return lines.isEmpty() ? "" : String.join("\n", lines) + "\n";
    }

    private void write(String text) {
        output.write(text.getBytes(StandardCharsets.UTF_8));
    }

    /** What was shown last stays. */
    void close() {
        output.end();
    }
}
