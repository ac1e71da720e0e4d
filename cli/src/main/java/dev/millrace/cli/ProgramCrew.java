package dev.millrace.cli;

import dev.millrace.ipc.ActivatedProcess;
import dev.millrace.ipc.ChildExit;
import dev.millrace.kernel.Descriptor;
import dev.millrace.loop.Loop;
import dev.millrace.loop.TimerHandle;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The processes of one program, which share sockets that are open already: started, started again
 * when they end, after a rest if they did not live for long, and replaced one after the other.
 *
 * <pre>
 *   reloading:   next of the old ones ──a new process──▶ on trial ──settled──▶ the old one leaves
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
    private static final String ENDS = "the program ends";

    /** What the crew tells. */
    interface Listener {
        /** A process has ended by itself; another one takes its place unless it ended well. */
        void ended(ProgramMember member, ChildExit exit);

        /** A process has lived long enough to count as one that serves. */
        void settled();

        /** A process can't be started; it is tried again. */
        void failed(IOException error);

        /** None runs, and none is to come. */
        void over();
    }

    private final Loop loop;
    private final ProgramPlan plan;
    private final SequencedMap<String, Descriptor> sockets;
    private final Listener listener;
    private final List<ProgramMember> members = new ArrayList<>();

    /** Ends in a row of processes that did not live for long. */
    private int failures;

    /** Of places that are filled when their rest is over. */
    private final Set<TimerHandle> rests = new HashSet<>();

    private int lastId;

    /** Had not ended in time. */
    private int killed;

    private boolean isEnding;

    /** Those that are still to be replaced. */
    private final Deque<ProgramMember> old = new ArrayDeque<>();

    /** The one that is being replaced; when it ends its place is looked after. */
    private @Nullable ProgramMember target;

    private int replaced;
    private int killedBefore;
    private long reloadNanos;

    /** Told what came of the reload; empty while nothing is replaced. */
    private final List<Consumer<? super ProgramReload>> outcomes = new ArrayList<>();

    /** Those of the reload that begins behind it. */
    private final List<Consumer<? super ProgramReload>> waiting = new ArrayList<>();

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
                new ProgramMember(
                        ++lastId, process, plan.settledAfter(), isOnTrial, settled, this::gone));
    }

    private void gone(ProgramMember member, ChildExit exit) {
        members.remove(member);
        killed += member.isCut() ? 1 : 0;
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
        lookWhetherOver();
    }

    private void lookWhetherOver() {
        if (isOver()) {
            listener.over();
        }
    }

    /** After a rest, which doubles while processes end as fast as they are started. */
    private void startAgain(Duration age) {
        boolean isLong = age.compareTo(LONG_LIFE) > 0;
        failures = isLong ? 0 : failures + 1;
        int doublings = Math.min(failures - 1, DOUBLINGS_MAX);
        TimerHandle rest = new TimerHandle(loop);
        rests.add(rest);
        rest.start(
                isLong ? Duration.ZERO : REST.multipliedBy(1L << doublings),
                () -> {
                    rests.remove(rest);
                    rest.close();
                    start();
                });
    }

    /**
     * Replaces all processes by new ones, one after the other. What is asked for meanwhile begins
     * behind it, once for all who have asked.
     */
    void reload(Consumer<? super ProgramReload> outcome) {
        if (isReloading()) {
            waiting.add(outcome);
        } else {
            outcomes.add(outcome);
            beginReload();
        }
    }

    private void beginReload() {
        replaced = 0;
        killedBefore = killed;
        reloadNanos = loop.hrtime();
        old.addAll(members);
        target = null;
        replaceNext();
    }

    private void replaceNext() {
        if (target != null) {
            target = null;
            // At the end it leaves for no other.
            replaced += isEnding ? 0 : 1;
        }
        old.removeIf(member -> !members.contains(member));
        if (old.isEmpty() || isEnding) {
            reloaded(isEnding ? Optional.of(ENDS) : Optional.empty());
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
        listener.settled();
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
        reloaded(Optional.of(isEnding ? ENDS : "a new process " + how));
    }

    private void reloaded(Optional<String> failure) {
        Duration took = Duration.ofNanos(loop.hrtime() - reloadNanos);
        ProgramReload done =
                new ProgramReload(replaced, plan.workers(), killed - killedBefore, took, failure);
        List<Consumer<? super ProgramReload>> told = List.copyOf(outcomes);
        old.clear();
        outcomes.clear();
        outcomes.addAll(waiting);
        waiting.clear();
        boolean isNext = isReloading();
        told.forEach(outcome -> outcome.accept(done));
        if (isNext) {
            beginReload();
        }
    }

    /** All of them are asked to end, and killed when they have not within {@code limit}. */
    void end(Duration limit) {
        beginEnd();
        List.copyOf(members).forEach(member -> member.leave(limit));
        lookWhetherOver();
    }

    private void beginEnd() {
        isEnding = true;
        rests.forEach(TimerHandle::close);
        rests.clear();
    }

    /** All of them end at once. */
    void kill() {
        beginEnd();
        List.copyOf(members).forEach(ProgramMember::kill);
    }

    /** Those that run, in the order of their start. */
    List<ProgramMember> members() {
        return List.copyOf(members);
    }

    /** How many there are to be. */
    int workers() {
        return plan.workers();
    }

    /** How many had not ended in time, and were killed. */
    int killedCount() {
        return killed;
    }

    boolean isReloading() {
        return !outcomes.isEmpty();
    }

    boolean isEnding() {
        return isEnding;
    }

    /** Whether none runs, and none is to come. */
    boolean isOver() {
        return members.isEmpty() && rests.isEmpty();
    }
}
