package dev.millrace.cluster;

import dev.millrace.ipc.ChildExit;
import dev.millrace.loop.Loop;
import dev.millrace.loop.TimerHandle;
import java.time.Duration;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The workers of a primary: their numbers, their heartbeat, and when a place is filled again: at
 * once, or after a rest when a worker did not live for long (row X91).
 */
final class Crew {
    /** A worker that lived so long was no failure of its start. */
    private static final Duration LONG_LIFE = Duration.ofSeconds(5);

    private static final int DOUBLINGS_MAX = 6;

    private final Primary primary;
    private final Loop loop;
    private final ClusterOptions options;
    private final Map<Integer, WorkerProcess> workers = new LinkedHashMap<>();
    private final TimerHandle heart;
    private int lastId;

    /** Deaths in a row of workers that did not live for long. */
    private int failures;

    /** Places that are filled when their rest is over. */
    private final Set<TimerHandle> resting = new HashSet<>();

    /** When the heart beat last: a primary that stood still itself blames no worker. */
    private long beatNanos;

    /** No place is filled any more. */
    private boolean isEnding;

    Crew(Primary primary, ClusterOptions options) {
        this.primary = primary;
        this.loop = primary.loop();
        this.options = options;
        this.heart = new TimerHandle(loop);
    }

    void begin() {
        for (int count = options.workers(); count > 0; count--) {
            start();
        }
        heart.start(options.heartbeat(), options.heartbeat(), this::beat);
        heart.unref();
        beatNanos = loop.hrtime();
    }

    /** A worker more. */
    WorkerProcess start() {
        WorkerProcess worker = new WorkerProcess(primary, ++lastId, options);
        workers.put(worker.id(), worker);
        return worker;
    }

    private void beat() {
        long now = loop.hrtime();
        boolean wasHere = now - beatNanos < 2 * options.heartbeat().toNanos();
        beatNanos = now;
        if (wasHere) {
            all().forEach(worker -> worker.beat(options.frozenLimit()));
        }
    }

    List<WorkerProcess> all() {
        return List.copyOf(workers.values());
    }

    /** Whether as many as there are to be are so; never when they leave. */
    boolean areAll(Predicate<? super WorkerProcess> condition) {
        return !isEnding
                && workers.size() >= options.workers()
                && workers.values().stream().allMatch(condition);
    }

    /** A worker is gone; whether its place is to be filled again. */
    boolean gone(WorkerProcess worker, @Nullable ChildExit exit) {
        workers.remove(worker.id());
        boolean isMeant = worker.isLeaving() || worker.isSpokenFor;
        return !isEnding && !isMeant && (exit == null || !exit.isSuccess());
    }

    /** At once, unless workers die as fast as they are started. */
    void replace(WorkerProcess worker, boolean neverBegan) {
        boolean isLong = !neverBegan && worker.ageNanos() > LONG_LIFE.toNanos();
        failures = isLong ? 0 : failures + 1;
        if (isEnding) {
            return;
        }
        if (isLong) {
            start();
            return;
        }
        int doublings = Math.min(failures - 1, DOUBLINGS_MAX);
        TimerHandle rest = new TimerHandle(loop);
        resting.add(rest);
        rest.start(
                options.restartRest().multipliedBy(1L << doublings),
                () -> {
                    resting.remove(rest);
                    start();
                });
    }

    /** All of them leave, and no other one comes. */
    void end(Control.Verb verb, Duration limit) {
        isEnding = true;
        resting.forEach(TimerHandle::close);
        resting.clear();
        all().forEach(worker -> worker.leave(verb, limit));
    }

    boolean isEnding() {
        return isEnding;
    }

    /** Whether none runs, and none is to come. */
    boolean isOver() {
        return workers.isEmpty() && resting.isEmpty();
    }

    void close() {
        heart.close();
    }
}
