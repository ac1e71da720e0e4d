package dev.millrace.observe;

import java.io.PrintStream;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Prints events to standard error, those that {@code MILLRACE_DEBUG} names, as Node's {@code
 * NODE_DEBUG} has it (row M6).
 *
 * <pre>
 *   loops ──lines──▶ queue ──▶ a daemon thread ──▶ standard error
 *                      └─ full: counted, and told in place of the lines
 * </pre>
 *
 * So a terminal that is slow holds no loop. The rest is printed as the JVM ends.
 */
final class DebugLines implements LoopObserver {
    static final String VARIABLE = "MILLRACE_DEBUG";
    static final String PROPERTY = "millrace.debug";
    private static final List<String> TOPICS = List.of("net", "http", "loop");
    private static final int WAITING_MAX = 8192;

    private final Set<String> topics;
    private final PrintStream out;
    private final BlockingQueue<String> waiting;
    private final AtomicLong lost = new AtomicLong();
    private final long startNanos = System.nanoTime();

    DebugLines(Set<String> topics, PrintStream out, int waitingMax) {
        this.topics = topics;
        this.out = out;
        this.waiting = new ArrayBlockingQueue<>(waitingMax);
    }

    /** What the property asks for, or else the variable; empty when there is nothing to print. */
    static Optional<LoopObserver> ofEnvironment() {
        String asked = System.getProperty(PROPERTY, System.getenv(VARIABLE));
        Set<String> topics = topics(asked, System.err);
        if (topics.isEmpty()) {
            return Optional.empty();
        }
        DebugLines lines = new DebugLines(topics, System.err, WAITING_MAX);
        Thread.ofPlatform().daemon().name("millrace-debug").start(lines::printForEver);
        Runtime.getRuntime().addShutdownHook(new Thread(lines::printWaiting));
        return Optional.of(lines);
    }

    /** The topics in {@code asked}; what is none of them is told to {@code out}. */
    static Set<String> topics(@Nullable String asked, PrintStream out) {
        Set<String> found = new TreeSet<>();
        Set<String> unknown = new TreeSet<>();
        Arrays.stream((asked == null ? "" : asked).toLowerCase(Locale.ROOT).split(","))
                .map(String::strip)
                .filter(name -> !name.isEmpty())
                .forEach(name -> (TOPICS.contains(name) ? found : unknown).add(name));
        if (!unknown.isEmpty()) {
            out.println(
                    VARIABLE
                            + ": there is no "
                            + String.join(", ", unknown)
                            + "; it may name "
                            + String.join(", ", TOPICS));
        }
        return found;
    }

    @Override
    public void onEvent(LoopEvent event) {
        if (topics.contains(event.step().topic())) {
            long micros = (System.nanoTime() - startNanos) / 1000;
            String line = "millrace " + event.step().topic() + " +" + micros + " µs " + event;
            if (!waiting.offer(line)) {
                lost.incrementAndGet();
            }
        }
    }

    private void printForEver() {
        try {
            while (true) {
                print(waiting.take());
            }
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
        }
    }

    /** Prints what waits. */
    void printWaiting() {
        for (String line = waiting.poll(); line != null; line = waiting.poll()) {
            print(line);
        }
    }

    private synchronized void print(String line) {
        out.println(line);
        if (waiting.isEmpty()) {
            printLost();
        }
    }

    private void printLost() {
        long count = lost.getAndSet(0);
        if (count > 0) {
            out.println("millrace: " + count + " lines were too many to be printed");
        }
    }
}
