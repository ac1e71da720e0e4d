package dev.millrace.cli;

import dev.millrace.loop.Loop;
import dev.millrace.stdio.StandardOutput;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Says on a terminal, once a second and as long as something changes, what the loops of a proxy
 * carry. Each loop counts for itself; the first one that listens sums up and prints. Without a
 * terminal there is no timer.
 */
final class ProxyStatistics {
    private static final Duration PERIOD = Duration.ofSeconds(1);

    /** What one loop has carried: written by its thread, read by the one that prints. */
    private static final class Share {
        private volatile ProxyCount count = ProxyCount.NONE;
    }

    private final boolean isShown;
    private final List<Share> shares = new CopyOnWriteArrayList<>();
    private final AtomicBoolean hasPrinter = new AtomicBoolean();
    private ProxyCount last = ProxyCount.NONE;

    ProxyStatistics(boolean isShown) {
        this.isShown = isShown;
    }

    /** Whether this program talks to a terminal: its output and its input are one. */
    static boolean isTerminal() {
        var console = System.console();
        return console != null && console.isTerminal();
    }

    /**
     * Begins to show what {@code count} says, which is asked on {@code loop}.
     *
     * @return ends it: what waits for a terminal that takes nothing holds the loop no longer
     */
    Runnable begin(Loop loop, Supplier<ProxyCount> count) {
        if (!isShown) {
            return () -> {};
        }
        Share share = new Share();
        shares.add(share);
        StandardOutput output = hasPrinter.getAndSet(true) ? null : output(loop);
        var timer =
                loop.setInterval(
                        PERIOD,
                        () -> {
                            share.count = count.get();
                            print(output);
                        });
        timer.unref();
        return () -> {
            timer.close();
            if (output != null) {
                output.destroy();
            }
        };
    }

    private static StandardOutput output(Loop loop) {
        // A terminal that is gone: the proxy goes on without.
        return StandardOutput.open(loop).onError(error -> {});
    }

    /** A terminal that is stopped (Ctrl-S) misses lines, and gets no old ones. */
    private void print(@Nullable StandardOutput output) {
        if (output == null || output.queuedBytes() > 0) {
            return;
        }
        ProxyCount now = ProxyCount.NONE;
        for (Share share : shares) {
            now = now.plus(share.count);
        }
        if (!now.equals(last)) {
            output.write((now.text(last) + "\n").getBytes(StandardCharsets.UTF_8));
            last = now;
        }
    }
}
