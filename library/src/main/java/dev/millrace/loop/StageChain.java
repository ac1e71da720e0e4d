package dev.millrace.loop;

import java.util.concurrent.CancellationException;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** What an operation's stage and all stages behind it have in common. */
final class StageChain {
    final Loop loop;

    /** Who answers for them: the owner of the callback that the first one was made in. */
    private final LoopStages.@Nullable Owner owner;

    /** Failures of the operation that something else has been told. */
    private final Predicate<? super Throwable> isToldElsewhere;

    /** The program cancelled one of them, and knows. */
    private volatile boolean isCancelled;

    StageChain(Loop loop, Predicate<? super Throwable> isToldElsewhere) {
        this.loop = loop;
        this.owner = loop.stages().owner();
        this.isToldElsewhere = isToldElsewhere;
    }

    /** Runs a continuation: for the stages that are made in it the same owner answers. */
    void run(Runnable continuation) {
        if (loop.inLoop()) {
            loop.stages().as(owner, continuation);
        } else {
            continuation.run();
        }
    }

    void broken(VirtualMachineError error) {
        if (loop.inLoop()) {
            loop.enter(
                    error,
                    one -> {
                        throw one;
                    },
                    (one, again) -> {});
        }
    }

    void cancelled() {
        isCancelled = true;
    }

    /** A stage of this chain ends as {@code inner} does. */
    void follow(StageChain inner) {
        if (inner.isCancelled) {
            isCancelled = true;
        }
    }

    /** Whether {@code thrown} is news to the program. */
    boolean isNews(Throwable thrown) {
        boolean isAskedFor = isCancelled && thrown instanceof CancellationException;
        return !isAskedFor && !isToldElsewhere.test(thrown);
    }

    void tellOwner(Throwable thrown) {
        if (owner == null) {
            loop.uncaught(thrown);
        } else {
            loop.stages().tell(owner, thrown);
        }
    }
}
