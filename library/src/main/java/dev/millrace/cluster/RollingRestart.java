package dev.millrace.cluster;

import dev.millrace.kernel.SystemError;
import dev.millrace.loop.Loop;
import dev.millrace.loop.LoopStage;
import dev.millrace.loop.TimerHandle;
import dev.millrace.sys.Errno;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * Replaces all workers that run at its beginning, a few at a time (rows X88, X90).
 *
 * <pre>
 *   successor starts ──listens wherever the old one does, or says ready──▶ old one leaves ──gone──▶ done
 *      └──ends, or is not ready in time──▶ killed; the old one stays, and no other place begins
 * </pre>
 *
 * Belongs to one {@link Primary}, which tells it of every change.
 */
final class RollingRestart {
    private final Primary primary;
    private final Loop loop;
    private final ClusterOptions options;
    private final LoopStage<Reload> stage;
    private final long beginNanos;

    /** Those whose turn has not come. */
    private final Deque<WorkerProcess> old;

    private final int count;
    private final List<Place> places = new ArrayList<>();
    private int replaced;
    private int killed;
    private @Nullable IOException failure;

    /** What is to be done first is done. */
    private boolean isPrepared;

    RollingRestart(Primary primary, ClusterOptions options, LoopStage<Reload> stage) {
        this.primary = primary;
        this.loop = primary.loop();
        this.options = options;
        this.stage = stage;
        this.beginNanos = loop.hrtime();
        this.old = new ArrayDeque<>(primary.crew().all());
        old.removeIf(WorkerProcess::isLeaving);
        this.count = old.size();
    }

    /** Begins when {@code first} is complete; null if there is nothing to wait for. */
    void prepare(@Nullable CompletionStage<?> first) {
        if (first == null) {
            prepared(null);
        } else {
            first.whenComplete((done, thrown) -> loop.execute(() -> prepared(thrown)));
        }
    }

    private void prepared(@Nullable Throwable thrown) {
        isPrepared = true;
        if (thrown != null && failure == null) {
            Throwable cause = thrown instanceof CompletionException ? thrown.getCause() : thrown;
            failure = failed(String.valueOf(cause == null ? thrown : cause.getMessage()));
        }
        primary.changed();
    }

    private static IOException failed(String text) {
        return SystemError.ofCode("ERR_RELOAD_FAILED", Errno.ECANCELED, "reload", text);
    }

    /** One worker and the one that takes its place. */
    private final class Place {
        private final WorkerProcess before;
        private final WorkerProcess successor;
        private final List<String> keys;
        private final TimerHandle limit;

        private Place(WorkerProcess before) {
            this.before = before;
            this.keys = primary.sockets().keys(before);
            this.successor = primary.crew().start();
            before.isSpokenFor = true;
            successor.isSpokenFor = true;
            Duration ready = options.reload().readyLimit();
            this.limit =
                    loop.setTimeout(
                            ready, () -> fail("was not ready within " + ready.toMillis() + " ms"));
            limit.unref();
        }

        /** Whether it goes on. */
        private boolean look() {
            if (before.isLeaving()) {
                return !isOver();
            }
            if (successor.isGone()) {
                fail(successor.end() + " before it was ready");
                return false;
            }
            if (!isReady(successor)) {
                return true;
            }
            limit.close();
            successor.isSpokenFor = false;
            primary.retire(before);
            return !isOver();
        }

        private boolean isReady(WorkerProcess worker) {
            return worker.isOnline()
                    && (worker.saysReady() || primary.sockets().serves(worker, keys));
        }

        private boolean isOver() {
            if (before.isGone()) {
                replaced++;
                killed += before.isCut() ? 1 : 0;
            }
            return before.isGone();
        }

        /** Everything stays as it was. */
        private void fail(String what) {
            limit.close();
            places.remove(this);
            before.isSpokenFor = false;
            if (!successor.isGone()) {
                successor.kill();
            }
            if (before.isGone()) {
                primary.crew().replace(before, false);
            }
            if (failure == null) {
                String others = replaced + " of " + count + " were replaced before";
                String rest = before.isGone() ? "" : "worker " + before.id() + " goes on, and ";
                failure = failed("worker " + successor.id() + " " + what + ": " + rest + others);
            }
            primary.changed();
        }
    }

    /** Goes on as far as it can; whether it is over. */
    boolean look() {
        if (!isPrepared) {
            return failure != null;
        }
        for (Place place : List.copyOf(places)) {
            if (places.contains(place) && !place.look()) {
                places.remove(place);
            }
        }
        while (failure == null && places.size() < options.reload().atOnce() && !old.isEmpty()) {
            WorkerProcess next = old.remove();
            // One that died meanwhile has a successor already.
            if (!next.isGone() && !next.isLeaving()) {
                places.add(new Place(next));
            }
        }
        return places.isEmpty();
    }

    /** The cluster ends meanwhile. */
    void cancel() {
        places.forEach(place -> place.limit.close());
        places.clear();
        old.clear();
        failure = failed("the cluster ends: " + replaced + " of " + count + " were replaced");
    }

    void tell() {
        if (failure != null) {
            primary.failed(stage, failure);
        } else {
            Duration took = Duration.ofNanos(loop.hrtime() - beginNanos);
            stage.complete(new Reload(replaced, killed, took));
        }
    }
}
