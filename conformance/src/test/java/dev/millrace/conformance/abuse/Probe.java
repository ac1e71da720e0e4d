package dev.millrace.conformance.abuse;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.HashSet;
import java.util.Set;

/**
 * Good clients beside a crowd: a request every ten milliseconds, on one of a few connections that
 * are others now and then, on a thread of its own. Times count from the moment a request was due,
 * so that a standstill is felt by all that it holds up.
 */
final class Probe implements AutoCloseable {
    private static final long INTERVAL_NANOS = 10_000_000;
    private static final int TICK_MILLIS = 2;
    private static final int CUSTOMERS = 8;
    private static final int REQUESTS_EACH = 50;
    private static final int MOST = 1 << 20;
    private static final Duration LONGEST = Duration.ofMinutes(30);

    private final ByteBuffer request;
    private final Crowd crowd;
    private final Thread thread = Thread.ofPlatform().daemon().unstarted(this::play);
    private final long[] nanos = new long[MOST];
    private int count;
    private long failures;
    private long dueNanos = System.nanoTime();
    private final Deque<Customer> idle = new ArrayDeque<>();
    private final Set<Customer> asking = new HashSet<>();
    private volatile boolean isOver;

    private Probe(int port, String path) throws IOException {
        String text = "GET " + path + " HTTP/1.1\r\nHost: a\r\n\r\n";
        request = ByteBuffer.wrap(text.getBytes(StandardCharsets.US_ASCII));
        crowd = new Crowd(port, 0, TICK_MILLIS);
    }

    /** Begins to ask for {@code path}, whose status is 200. */
    static Probe begin(int port, String path) throws IOException {
        Probe probe = new Probe(port, path);
        probe.thread.start();
        return probe;
    }

    private void play() {
        try (crowd) {
            for (int count = 0; count < CUSTOMERS; count++) {
                crowd.add(new Customer());
            }
            crowd.run(
                    LONGEST,
                    () -> {
                        askWhatIsDue();
                        return isOver;
                    });
        } catch (IOException | RuntimeException e) {
            failures++;
        }
    }

    private void askWhatIsDue() {
        for (long now = System.nanoTime(); !idle.isEmpty() && dueNanos <= now; ) {
            idle.remove().ask(dueNanos);
            dueNanos += INTERVAL_NANOS;
        }
    }

    /** A connection of the probe's. */
    private final class Customer extends Visitor {
        private final ResponseReader reader = new ResponseReader(this::responded);
        private int left = REQUESTS_EACH;
        private long askedNanos;

        @Override
        void connected() {
            idle.add(this);
        }

        private void ask(long due) {
            askedNanos = due;
            asking.add(this);
            send(request.duplicate());
        }

        @Override
        void received(ByteBuffer bytes) {
            reader.read(bytes);
        }

        private void responded(int status, long length, long checksum) {
            asking.remove(this);
            note(askedNanos);
            failures += status == 200 ? 0 : 1;
            left--;
            if (left == 0) {
                leave();
                crowd.add(new Customer());
            } else {
                idle.add(this);
            }
        }

        @Override
        void ended() {
            // One that is idle for long is closed, as is right.
            failures += idle.remove(this) ? 0 : 1;
            asking.remove(this);
            crowd.add(new Customer());
        }
    }

    private void note(long sinceNanos) {
        if (count < MOST) {
            nanos[count++] = System.nanoTime() - sinceNanos;
        }
    }

    /** Ends it; then its figures can be read. */
    @Override
    public void close() {
        isOver = true;
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        // Those that wait count with what they have waited so far.
        asking.forEach(one -> note(one.askedNanos));
    }

    Figure p99(double mostMillis) {
        long[] sorted = Arrays.copyOf(nanos, count);
        Arrays.sort(sorted);
        double millis = count == 0 ? 1e9 : sorted[(int) ((count - 1) * 0.99)] / 1e6;
        return new Figure("p99 ms", millis, mostMillis);
    }

    /** Requests that got no response, or another one. */
    Figure failures() {
        return new Figure("refused", failures, 0);
    }

    int count() {
        return count;
    }
}
