package dev.millrace.loop;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.Executor;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * The stages of one loop: where their continuations run, and what becomes of a failure that no
 * continuation takes.
 *
 * <pre>
 *   a stage fails ─▶ microtasks run out ─▶ nothing behind it yet? ─▶ its owner, or onUncaught
 * </pre>
 *
 * Node looks at the same moment for a rejection without a handler.
 */
final class LoopStages {
    /** Continuations inside continuations, before the next one waits for the stack to unwind. */
    private static final int DEPTH_MAX = 64;

    private final Loop loop;

    /** Runs what stands behind a stage that comes to its outcome now. */
    final Executor now = this::runNow;

    /** Runs what was put behind a stage that had its outcome before. */
    final Executor soon = this::runSoon;

    /** Failures to look at when the microtasks have run out. */
    private final Queue<Unheard> unheard = new ArrayDeque<>();

    /** Who answers for stages that are made now, in the two halves of {@link Owner}. */
    private @Nullable Object target;

    private @Nullable BiConsumer<Object, Throwable> unheardBy;

    private int depth;

    /** A failure of a stage behind which there was nothing when it failed. */
    private record Unheard(LoopStage<?> stage, Throwable thrown) {}

    /** Answers for the stages that are made in its callbacks. */
    record Owner(Object target, BiConsumer<Object, Throwable> unheardBy) {}

    /**
     * Where a continuation runs. One that is refused there fails its stage, and the loop stays
     * alive for one that runs elsewhere.
     */
    record Place(LoopStage<?> next, Executor there) implements Executor {
        @Override
        public void execute(Runnable continuation) {
            try {
                if (next.runsElsewhere(there)) {
                    executeElsewhere(continuation);
                } else {
                    there.execute(continuation);
                }
            } catch (RuntimeException | Error refused) {
                next.fail(refused);
            }
        }

        private void executeElsewhere(Runnable continuation) {
            Loop loop = next.loop();
            Runnable release = loop.keepAlive();
            try {
                there.execute(() -> {
                    try {
                        continuation.run();
                    } finally {
                        loop.execute(release);
                    }
                });
            } catch (RuntimeException | Error refused) {
                release.run();
                throw refused;
            }
        }
    }

    LoopStages(Loop loop) {
        this.loop = loop;
    }

    /** Who answers for a stage that is made now. */
    @Nullable Owner owner() {
        if (!loop.inLoop() || target == null || unheardBy == null) {
            return null;
        }
        return new Owner(target, unheardBy);
    }

    /** Runs {@code task} with {@code owner} answering for the stages that are made in it. */
    void as(@Nullable Owner owner, Runnable task) {
        Object outerTarget = target;
        BiConsumer<Object, Throwable> outerUnheardBy = unheardBy;
        target = owner == null ? null : owner.target;
        unheardBy = owner == null ? null : owner.unheardBy;
        try {
            task.run();
        } finally {
            target = outerTarget;
            unheardBy = outerUnheardBy;
        }
    }

    /** The same around a callback, without an allocation; see the method of {@link Loop}. */
    @SuppressWarnings("unchecked") // it only ever gets the target that it came with
    <T> void enter(
            T owner,
            LoopCallback<? super T> callback,
            BiConsumer<? super T, Throwable> failed,
            BiConsumer<? super T, Throwable> unheardByOwner) {
        Object outerTarget = target;
        BiConsumer<Object, Throwable> outerUnheardBy = unheardBy;
        target = owner;
        unheardBy = (BiConsumer<Object, Throwable>) unheardByOwner;
        try {
            loop.enter(owner, callback, failed);
        } finally {
            target = outerTarget;
            unheardBy = outerUnheardBy;
        }
    }

    void tell(Owner owner, Throwable thrown) {
        loop.enter(
                owner.target,
                one -> owner.unheardBy.accept(one, thrown),
                (one, again) -> loop.uncaught(again));
    }

    private void runNow(Runnable continuation) {
        if (!loop.inLoop()) {
            loop.execute(continuation);
        } else if (depth == DEPTH_MAX) {
            loop.queueMicrotask(continuation);
        } else {
            depth++;
            try {
                continuation.run();
            } finally {
                depth--;
            }
        }
    }

    /** Never from inside the call that puts it there. */
    private void runSoon(Runnable continuation) {
        if (loop.inLoop()) {
            loop.queueMicrotask(continuation);
        } else {
            loop.execute(continuation);
        }
    }

    /**
     * {@code stage} failed and there is nothing behind it; there may be in a moment. Any thread.
     */
    void failed(LoopStage<?> stage, Throwable thrown) {
        if (!loop.inLoop()) {
            loop.execute(() -> failed(stage, thrown));
            return;
        }
        unheard.add(new Unheard(stage, thrown));
        if (unheard.size() == 1) {
            // Once microtasks run, all of them come before the next tick.
            loop.queueMicrotask(() -> loop.nextTick(this::tell));
        }
    }

    /** One failure may have ended several chains; it is told once. */
    private void tell() {
        List<Throwable> told = new ArrayList<>();
        for (int left = unheard.size(); left > 0; left--) {
            Unheard next = unheard.remove();
            boolean isNew = told.stream().noneMatch(before -> before == next.thrown);
            if (isNew && next.stage.isUnheard(next.thrown)) {
                told.add(next.thrown);
                next.stage.tellOwner(next.thrown);
            }
        }
    }
}
