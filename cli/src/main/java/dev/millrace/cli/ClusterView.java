package dev.millrace.cli;

import dev.millrace.loop.Loop;
import dev.millrace.loop.TimerHandle;
import java.time.Duration;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What a user sees of a cluster that runs: complaints and events, a line each, on standard error;
 * below them on a terminal the workers, written anew each second.
 */
final class ClusterView {
    private static final Duration PERIOD = Duration.ofSeconds(1);

    private final Loop loop;
    private final Supplier<List<WorkerRow>> rows;
    private final WorkerTable table = new WorkerTable();

    /** Null where there is no terminal, and before it is begun. */
    private @Nullable LiveLines lines;

    private @Nullable TimerHandle timer;

    /**
     * @param rows the workers at the moment, but for their memory
     */
    ClusterView(Loop loop, Supplier<List<WorkerRow>> rows) {
        this.loop = loop;
        this.rows = rows;
    }

    /** Shows the workers from now on, if standard error is a terminal. */
    void begin() {
        LiveLines made = LiveLines.onErrorOutput(loop);
        if (!made.isTerminal()) {
            made.close();
            return;
        }
        lines = made;
        timer = loop.setInterval(PERIOD, () -> look(made));
        timer.unref();
        look(made);
    }

    private void look(LiveLines to) {
        List<WorkerRow> now = rows.get();
        loop.offload(() -> now.stream().map(WorkerRow::withMemory).toList())
                .thenAccept(known -> {
                    if (lines != null) {
                        to.show(table.lines(known, loop.hrtime()));
                    }
                });
    }

    void say(String text) {
        if (lines == null) {
            Console.complain(text);
        } else {
            lines.say("millrace: " + text);
        }
    }

    /** The workers as they were shown last stay. */
    void end() {
        if (lines != null) {
            lines.close();
            lines = null;
        }
        if (timer != null) {
            timer.close();
        }
    }
}
