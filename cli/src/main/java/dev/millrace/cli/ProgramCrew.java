package dev.millrace.cli;

import dev.millrace.ipc.ActivatedProcess;
import dev.millrace.ipc.ChildExit;
import dev.millrace.kernel.Descriptor;
import dev.millrace.loop.Loop;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * The processes of one program, which share sockets that are open already: started, started again
 * when they end, after a rest if they did not live for long, and replaced one after the other.
 *
 * <pre>
 *   replacing:   next of the old ones ──a new process──▶ on trial ──settled──▶ the old one leaves
 *                        ▲                                  └──ends──▶ over: the rest stays
 *                        └──────────────────────────────── the old one is gone ──┘
 * </pre>
 *
 * One that ends by itself with status 0 is not started again. On its loop's thread.
 */
final class ProgramCrew {
    /** A process that lived so long was no failure of its start. */
    private static final Duration LONG_LIFE = Duration.ofSeconds(5);

    private static final Duration REST = Duration.ofMillis(100);
    private static final int DOUBLINGS_MAX = 6;

    /** What the crew tells. */
    interface Listener {
        /** A process has ended by itself; another one takes its place unless it ended well. */
        void ended(ProgramMember member, ChildExit exit);

        /** A process has lived long enough to count as one that serves. */
        void settled();

        /** A process can't be started; it is tried again. */
        void failed(IOException error);
    }

    private final Loop loop;
    private final ProgramPlan plan;
    private final SequencedMap<String, Descriptor> sockets;
    private final Listener listener;
    private final List<ProgramMember> members = new ArrayList<>();

    /** Ends in a row of processes that did not live for long. */
    private int failures;

    /** Places that are filled when their rest is over. */
    private int resting;

    private boolean isEnding;

    /** Those that are still to be replaced. */
    private final Deque<ProgramMember> old = new ArrayDeque<>();

    /** The one that is being replaced; when it ends its place is looked after. */
    private @Nullable ProgramMember target;

    private int replaced;

    /** Told how many were replaced, and why no more; null while nothing is replaced. */
    private @Nullable BiConsumer<Integer, Optional<String>> outcome;

    ProgramCrew(
            Loop loop,
            ProgramPlan plan,
            SequencedMap<String, Descriptor> sockets,
            Listener listener) {
        this.loop = loop;
        this.plan = plan;
        this.sockets = sockets;
        this.listener = listener;
    }

    void begin() {
        for (int count = plan.workers(); count > 0; count--) {
            start();
        }
    }

    private void start() {
        try {
            start(false);
        } catch (IOException error) {
            listener.failed(error);
            startAgain(Duration.ZERO);
        }
    }

    private void start(boolean isOnTrial) throws IOException {
        ActivatedProcess process = ActivatedProcess.start(loop, plan.command(), sockets, Map.of());
        Runnable settled = isOnTrial ? this::trialSettled : listener::settled;
        members.add(
                new ProgramMember(process, plan.settledAfter(), isOnTrial, settled, this::gone));
    }

    private void gone(ProgramMember member, ChildExit exit) {
        members.remove(member);
        boolean isTarget = member == target;
        if (member.isOnTrial()) {
            trialFailed(ClusterRun.text(exit) + " before it served");
        } else if (member.state() == ProgramMember.State.LEAVING) {
            if (isTarget) {
                replaceNext();
            }
        } else if (!isEnding) {
            listener.ended(member, exit);
            if (!exit.isSuccess() && !isTarget && !isEnding) {
                startAgain(member.age());
            }
        }
    }

    /** After a rest, which doubles while processes end as fast as they are started. */
    private void startAgain(Duration age) {
        boolean isLong = age.compareTo(LONG_LIFE) > 0;
        failures = isLong ? 0 : failures + 1;
        int doublings = Math.min(failures - 1, DOUBLINGS_MAX);
        resting++;
        loop.setTimeout(
                isLong ? Duration.ZERO : REST.multipliedBy(1L << doublings),
                () -> {
                    resting--;
                    if (!isEnding) {
                        start();
                    }
                });
    }

    /**
     * Replaces all processes by new ones, one after the other.
     *
     * @param outcome told how many were replaced, and why no more, if it did not come to the end
     */
    void reload(BiConsumer<Integer, Optional<String>> outcome) {
        if (isEnding || this.outcome != null) {
            String why = isEnding ? "it ends" : "another reload is under way; wait for its end";
            outcome.accept(0, Optional.of(why));
            return;
        }
        this.outcome = outcome;
        replaced = 0;
        old.addAll(members);
        target = null;
        replaceNext();
    }

    private void replaceNext() {
        if (target != null) {
            target = null;
            replaced++;
        }
        old.removeIf(member -> !members.contains(member));
        if (old.isEmpty() || isEnding) {
            reloaded(Optional.empty());
            return;
        }
        target = old.remove();
        try {
            start(true);
        } catch (IOException error) {
            trialFailed("can't be started: " + Console.oneLine(error));
        }
    }

    private void trialSettled() {
        ProgramMember leaving = target;
        if (leaving != null && members.contains(leaving)) {
            leaving.leave(plan.stopLimit());
        } else {
            replaceNext();
        }
    }

    private void trialFailed(String how) {
        if (target != null && !members.contains(target) && !isEnding) {
            startAgain(Duration.ZERO);
        }
        target = null;
        reloaded(isEnding ? Optional.empty() : Optional.of("a new process " + how));
    }

    private void reloaded(Optional<String> failure) {
        BiConsumer<Integer, Optional<String>> told = outcome;
        outcome = null;
        old.clear();
        if (told != null) {
            told.accept(replaced, failure);
        }
    }

    /** All of them are asked to end, and killed when they have not within {@code limit}. */
    void end(Duration limit) {
        isEnding = true;
        List.copyOf(members).forEach(member -> member.leave(limit));
    }

    /** All of them end at once. */
    void kill() {
        isEnding = true;
        List.copyOf(members).forEach(ProgramMember::kill);
    }

    /** How many run. */
    int count() {
        return members.size();
    }

    /** Whether none runs, and none is to come. */
    boolean isOver() {
        return members.isEmpty() && resting == 0;
    }
}
