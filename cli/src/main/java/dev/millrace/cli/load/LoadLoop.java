package dev.millrace.cli.load;

import dev.millrace.cli.load.LoadCount.Failure;
import dev.millrace.loop.Loop;
import dev.millrace.loop.TimerHandle;
import dev.millrace.net.NetSocket;
import dev.millrace.net.NetSocketOptions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The connections of one loop, and when each sends.
 *
 * <pre>
 *   warming up ──▶ counting ──its time, its number of requests, stop()──▶ over
 * </pre>
 *
 * Without a rate a connection sends again as soon as it has a response. With one, {@link Schedule}
 * says when each request is due, whatever the server does; the first connection that is free sends
 * it, and its latency counts from that moment.
 */
final class LoadLoop {
    /** Hears of its way; on its thread. */
    interface Listener {
        /** The warm-up is over. */
        void onCounting();

        /** There is nothing more to do; told once. */
        void onEnd();
    }

    private static final Duration CHECK = Duration.ofMillis(100);
    private static final Duration RETRY = Duration.ofMillis(100);

    private final Loop loop;
    private final LoadPlan plan;
    private final NetSocketOptions options;
    private final LoadCount count = new LoadCount();
    private final List<LoadConnection> connections = new ArrayList<>();
    private final @Nullable Schedule schedule;
    private final Listener listener;

    /** How many requests may still be sent. */
    private long quota;

    /** Of them, those of which nothing is known yet. */
    private long undecided;

    private @Nullable TimerHandle checks;
    private boolean isOver;
    private boolean isCounting;

    /** How many connections stood so far, those in place of others included. */
    private long opened;

    /** When a connection was last seen to stand or to stand no more. */
    private long seenOpen = System.nanoTime();

    /** Why the last connection failed. */
    private volatile @Nullable String lastFailure;

    /** For other threads: complete responses, failures. */
    private volatile long shownResponses;

    private volatile long shownFailures;

    LoadLoop(Loop loop, LoadPlan plan, int thread, Listener listener) {
        this.loop = loop;
        this.plan = plan;
        this.listener = listener;
        NetSocketOptions plain = NetSocketOptions.DEFAULTS.withConnectTimeout(plan.timeout());
        this.options = plan.tls().map(plain::withTls).orElse(plain);
        this.schedule =
                plan.rate().isPresent()
                        ? new Schedule(loop, plan.rate().getAsDouble() / plan.threads(), this)
                        : null;
        this.quota = ofRequests(plan, thread);
        this.undecided = quota;
        for (long n = LoadPlan.share(plan.connections(), plan.threads(), thread); n > 0; n--) {
            connections.add(new LoadConnection(this, plan));
        }
    }

    private static long ofRequests(LoadPlan plan, int thread) {
        return plan.requests().isEmpty()
                ? Long.MAX_VALUE
                : LoadPlan.share(plan.requests().getAsLong(), plan.threads(), thread);
    }

    void start() {
        checks = loop.setInterval(CHECK, this::check);
        if (schedule != null) {
            schedule.start();
        }
        if (plan.warmUp().isZero()) {
            count();
        } else {
            loop.setTimeout(plan.warmUp(), this::count).unref();
        }
    }

    /** The warm-up is over. */
    private void count() {
        if (isOver) {
            return;
        }
        isCounting = true;
        count.clear();
        listener.onCounting();
        loop.setTimeout(plan.duration(), this::stop).unref();
        if (undecided == 0) {
            stop();
        }
    }

    /** Ends it. Idempotent. */
    void stop() {
        if (isOver) {
            return;
        }
        isOver = true;
        if (schedule != null) {
            long late = schedule.stop();
            count.unsent(quota == 0 ? 0 : late);
        }
        show();
        if (checks != null) {
            checks.close();
        }
        connections.forEach(LoadConnection::destroy);
        listener.onEnd();
    }

    boolean isOver() {
        return isOver;
    }

    LoadCount result() {
        return count;
    }

    long shownResponses() {
        return shownResponses;
    }

    long shownFailures() {
        return shownFailures;
    }

    /** Why the last of what failed did. */
    @Nullable String lastFailure() {
        return lastFailure;
    }

    NetSocket connect() {
        return NetSocket.connect(loop, plan.target(), options);
    }

    void opened() {
        opened++;
    }

    /** Counts bytes, and answers the time. */
    long received(int length) {
        count.received(length);
        return System.nanoTime();
    }

    /** It can send a request, or several. */
    void becameFree(LoadConnection connection) {
        if (schedule != null) {
            schedule.serve(connection);
            return;
        }
        long now = System.nanoTime();
        while (!isOver && connection.isFree() && mayAsk()) {
            connection.send(now, now);
        }
    }

    /** Whether one more request may go out; if so, it is counted as sent. */
    boolean mayAsk() {
        if (quota == 0) {
            return false;
        }
        quota--;
        return true;
    }

    List<LoadConnection> connections() {
        return connections;
    }

    void responded(int status, long nanos) {
        count.responded(status, nanos);
        decided(1);
    }

    void failed(Failure failure, int requests, String why) {
        count.failed(failure, Math.max(1, requests));
        lastFailure = why;
        decided(requests);
    }

    private void decided(int requests) {
        undecided -= requests;
        if (undecided <= 0) {
            stop();
        }
    }

    void replacing() {
        count.reconnected();
    }

    /** A server that is not there at all ends the load. */
    void notConnected(String why) {
        count.failed(Failure.CONNECT, 1);
        lastFailure = why;
        if (opened == 0 && count.failures(Failure.CONNECT) >= connections.size()) {
            stop();
        }
    }

    /** A server that is down would keep this loop busy otherwise. */
    void afterRest(Runnable task) {
        loop.setTimeout(
                        RETRY,
                        () -> {
                            if (!isOver) {
                                task.run();
                            }
                        })
                .unref();
    }

    private void check() {
        long now = System.nanoTime();
        long timeout = plan.timeout().toNanos();
        boolean isAnyOpen = false;
        for (LoadConnection connection : connections) {
            if (!isOver) {
                connection.check(now, timeout);
                isAnyOpen |= connection.isOpen();
            }
        }
        if (isAnyOpen) {
            seenOpen = now;
        } else if (now - seenOpen > timeout) {
            // The server is gone; with a number of requests to send this would never end.
            stop();
        }
        show();
    }

    private void show() {
        if (isCounting) {
            shownResponses = count.responses();
            shownFailures = count.failures();
        }
    }
}
