package dev.millrace.testing;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** What happened, line by line, in order; any thread may write, and a test may wait for a line. */
public final class Journal {
    private final List<String> lines = new ArrayList<>();

    /** Adds a line. */
    public synchronized void add(String line) {
        lines.add(line);
        notifyAll();
    }

    /** A task that adds {@code line}. */
    public Runnable line(String line) {
        return () -> add(line);
    }

    /** All lines so far. */
    public synchronized List<String> lines() {
        return List.copyOf(lines);
    }

    /** Waits until {@code line} was written; fails after the deadline. */
    public void await(String line) {
        await(line, 1);
    }

    /** Waits until {@code line} was written {@code times} times. */
    public synchronized void await(String line, int times) {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(LoopFixture.DEADLINE_SECONDS);
        while (count(line) < times) {
            long left = TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime());
            if (left <= 0) {
                throw new AssertionError(
                        "\"" + line + "\" was not written " + times + " times: " + lines);
            }
            try {
                wait(left);
            } catch (InterruptedException e) {
                throw new AssertionError(e);
            }
        }
    }

    /** How often {@code line} was written. */
    public synchronized int count(String line) {
        return (int) lines.stream().filter(line::equals).count();
    }
}
