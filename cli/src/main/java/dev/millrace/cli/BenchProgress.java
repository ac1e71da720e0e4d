package dev.millrace.cli;

import dev.millrace.cli.load.LoadRun;
import dev.millrace.loop.Loop;
import dev.millrace.stdio.StandardOutput;
import java.nio.charset.StandardCharsets;
import java.time.Duration;

/** A line a second on standard error, where that is a terminal: how a load goes on. */
final class BenchProgress implements LoadRun.Display {
    private static final Duration PERIOD = Duration.ofSeconds(1);

    private long before;

    @Override
    public Runnable begin(Loop loop, LoadRun run) {
        StandardOutput output = StandardOutput.openError(loop).onError(error -> {});
        if (output.terminal().isEmpty()) {
            output.destroy();
            return () -> {};
        }
        var timer = loop.setInterval(PERIOD, () -> show(output, run));
        timer.unref();
        return () -> {
            timer.close();
            output.end();
        };
    }

    /** A terminal that is stopped (Ctrl-S) misses lines. */
    private void show(StandardOutput output, LoadRun run) {
        long now = run.responses();
        if (output.queuedBytes() == 0) {
            String line = line(run.elapsed(), now - before, run.failures());
            output.write((line + "\n").getBytes(StandardCharsets.UTF_8));
        }
        before = now;
    }

    /** What is said of one second. */
    static String line(Duration elapsed, long responses, long failures) {
        if (elapsed.isZero()) {
            return "warming up";
        }
        String failed = failures == 0 ? "" : " · " + BenchText.number(failures) + " failed";
        return elapsed.toSeconds()
                + " s · "
                + BenchText.number(responses)
                + " responses/s"
                + failed;
    }
}
