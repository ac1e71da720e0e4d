package dev.millrace.cli.get;

import dev.millrace.kernel.Terminal;
import dev.millrace.loop.Loop;
import dev.millrace.loop.TimerHandle;
import dev.millrace.stdio.StandardOutput;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * A line on standard error that says how far a transfer is, written anew five times a second; where
 * that is no terminal, nothing. Small transfers are over before it is written once.
 */
final class Progress {
    private static final Duration PERIOD = Duration.ofMillis(200);
    private static final int COLUMNS_UNKNOWN = 80;
    private static final String LINE_BEGIN = "\r";
    private static final String ERASE_REST = "\u001b[K";

    private final Loop loop;
    private final StandardOutput output;
    private final LongSupplier done;
    private final long before;
    private final long total;
    private final long start;
    private final @Nullable Terminal terminal;
    private final TimerHandle timer;
    private boolean hasShown;

    /**
     * @param done asked how many bytes are there
     * @param total bytes of the whole; -1 if that is not known
     */
    private Progress(Loop loop, StandardOutput output, LongSupplier done, long total) {
        this.loop = loop;
        this.output = output;
        this.done = done;
        this.before = done.getAsLong();
        this.total = total;
        this.start = loop.hrtime();
        this.terminal = output.terminal().orElse(null);
        this.timer = loop.setInterval(PERIOD, this::show);
        timer.unref();
    }

    /** Null without a terminal. */
    static @Nullable Progress begin(Loop loop, LongSupplier done, long total) {
        StandardOutput output = StandardOutput.openError(loop).onError(error -> {});
        if (output.terminal().isEmpty()) {
            output.destroy();
            return null;
        }
        return new Progress(loop, output, done, total);
    }

    /** A terminal that is stopped (Ctrl-S) misses lines, and gets no old ones. */
    private void show() {
        if (output.queuedBytes() == 0) {
            hasShown = true;
            write("");
        }
    }

    private void write(String end) {
        long now = done.getAsLong();
        long nanos = Math.max(1, loop.hrtime() - start);
        long perSecond = (long) ((now - before) * 1e9 / nanos);
        String line = ProgressLine.text(now, total, perSecond, columns() - 1);
        output.write((LINE_BEGIN + line + ERASE_REST + end).getBytes(StandardCharsets.UTF_8));
    }

    private int columns() {
        try {
            int columns = terminal == null ? 0 : terminal.size().columns();
            return columns > 1 ? columns : COLUMNS_UNKNOWN;
        } catch (IOException e) {
            return COLUMNS_UNKNOWN;
        }
    }

    /** The last line stays. */
    void end() {
        timer.close();
        if (hasShown) {
            write("\n");
        }
        output.end();
    }
}
