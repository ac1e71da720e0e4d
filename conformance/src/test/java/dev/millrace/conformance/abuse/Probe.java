package dev.millrace.conformance.abuse;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;

/**
 * A good client beside a crowd: a request every ten milliseconds, on a connection that is another
 * one now and then, on a thread of its own. Its times count from the moment a request was due, so
 * that a standstill is felt by all that it holds up.
 */
final class Probe implements AutoCloseable {
    private static final long INTERVAL_NANOS = 10_000_000;
    private static final int TICK_MILLIS = 2;
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
    private long startNanos;
    private boolean isAsked;
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
            crowd.add(new Customer());
            crowd.run(LONGEST, () -> isOver);
        } catch (IOException | RuntimeException e) {
            failures++;
        }
    }

    /** A connection of the probe's. */
    private final class Customer extends Visitor {
        private final ResponseReader reader = new ResponseReader(this::responded);
        private int left = REQUESTS_EACH;

        @Override
        void connected() {
            ask();
        }

        private void ask() {
            isAsked = true;
            startNanos = Math.min(dueNanos, System.nanoTime());
            send(request.duplicate());
        }

        @Override
        void received(ByteBuffer bytes) {
            reader.read(bytes);
        }

        private void responded(int status, long length, long checksum) {
            isAsked = false;
            note();
            failures += status == 200 ? 0 : 1;
            left--;
            if (left == 0) {
                leave();
                crowd.add(new Customer());
            }
        }

        @Override
        void tick(long nowNanos) {
            if (!isAsked && left > 0 && nowNanos >= dueNanos) {
                ask();
            }
        }

        @Override
        void ended() {
            // It is never idle for long, so the server has no reason to.
            failures++;
            crowd.add(new Customer());
        }
    }

    private void note() {
        if (count < MOST) {
            nanos[count++] = System.nanoTime() - startNanos;
        }
        dueNanos += INTERVAL_NANOS;
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
        if (isAsked) {
            // The one that waits counts with what it has waited so far.
            note();
        }
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
