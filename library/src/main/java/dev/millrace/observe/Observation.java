package dev.millrace.observe;

import dev.millrace.observe.LoopEvent.Role;
import dev.millrace.observe.LoopEvent.Step;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Predicate;
import jdk.jfr.FlightRecorder;

/**
 * Where loops, servers and sockets say what happens to them, and where those who want to know are
 * registered. While there is none of them, and the flight recorder has not been used, an event
 * costs the look at two fields.
 *
 * {@snippet class="dev.millrace.observe.ObserveExamplesTest" region="add"}
 */
public final class Observation implements AutoCloseable {
    private static final boolean HAS_FLIGHT_RECORDER =
            ModuleLayer.boot().findModule("jdk.jfr").isPresent();
    private static final AtomicLong IDS = new AtomicLong();

    private static final List<Observation> NONE = List.of();

    /** Replaced as a whole, so that loops read it without a lock; {@link #NONE} when empty. */
    private static volatile List<Observation> present = NONE;

    static {
        DebugLines.ofEnvironment().ifPresent(Observation::add);
    }

    private final LoopObserver observer;
    private final Predicate<? super LoopEvent> which;
    private final AtomicBoolean hasThrown = new AtomicBoolean();

    private Observation(LoopObserver observer, Predicate<? super LoopEvent> which) {
        this.observer = Objects.requireNonNull(observer, "observer");
        this.which = Objects.requireNonNull(which, "which");
    }

    /**
     * Has {@code observer} told everything from now on, of every loop of the process. Any thread.
     *
     * @return closed, it ends that; an event that is being told at that moment may still come
     */
    public static Observation add(LoopObserver observer) {
        return add(observer, event -> true);
    }

    /**
     * As {@link #add(LoopObserver)}, of those events for which {@code which} answers true; it is
     * asked where they are told. {@code Loop.observe} and {@code NetServer.observe} are for one
     * loop, or one server with all that is its.
     */
    public static Observation add(LoopObserver observer, Predicate<? super LoopEvent> which) {
        Observation added = new Observation(observer, which);
        synchronized (Observation.class) {
            List<Observation> all = new ArrayList<>(present);
            all.add(added);
            present = List.copyOf(all);
        }
        return added;
    }

    /** As {@link #add(LoopObserver)}, of the loop that belongs to {@code thread}. */
    public static Observation add(LoopObserver observer, Thread thread) {
        return add(
                observer,
                event ->
                        Thread.currentThread() == thread
                                // Told by another thread, as the loop's is busy.
                                || (event.step() == Step.STALL
                                        && event.thread().equals(thread.getName())));
    }

    /** The observer is told nothing more. Idempotent, any thread. */
    @Override
    public void close() {
        synchronized (Observation.class) {
            List<Observation> rest = present.stream().filter(one -> one != this).toList();
            present = rest.isEmpty() ? NONE : rest;
        }
    }

    /**
     * Whether {@code step} is worth the making of an event: something would be told of it. Any
     * thread.
     */
    public static boolean isOn(Step step) {
        return present != NONE || (isRecorderInUse() && FlightEvents.isEnabled(step));
    }

    /** Whether anything is told at all, so that causes are worth following. Any thread. */
    public static boolean isOn() {
        return present != NONE || (isRecorderInUse() && FlightEvents.isAnyEnabled());
    }

    /**
     * Tells all observers, and the flight recorder if it is running. For authors of protocols as
     * well; ask {@link #isOn} first. Any thread.
     */
    public static void tell(LoopEvent event) {
        for (Observation each : present) {
            each.told(event);
        }
        if (isRecorderInUse()) {
            FlightEvents.commit(event);
        }
    }

    /** Before the first recording none of the classes of its events is loaded. */
    private static boolean isRecorderInUse() {
        return HAS_FLIGHT_RECORDER && FlightRecorder.isInitialized();
    }

    /** Tells that the loop of {@code thread} starts to run, or has stopped. */
    public static void tellLoop(Step step, String thread) {
        if (isOn(step)) {
            tell(LoopEvent.of(step, Role.LOOP, 0, thread));
        }
    }

    /** Tells that a callback blocks the loop of {@code thread}, for so long until now. */
    public static void tellStall(String thread, Duration lasted) {
        if (isOn(Step.STALL)) {
            tell(LoopEvent.of(Step.STALL, Role.LOOP, 0, thread).withTook(lasted));
        }
    }

    /** A number for an object, never given before in this process, above zero. Any thread. */
    public static long newId() {
        return IDS.incrementAndGet();
    }

    /** {@code Observation[my.Metrics@1b2]}. Any thread. */
    @Override
    public String toString() {
        return "Observation[" + observer + (present.contains(this) ? "]" : ", closed]");
    }

    private void told(LoopEvent event) {
        try {
            if (!which.test(event)) {
                return;
            }
            switch (event.step()) {
                case LISTEN -> observer.onListen(event);
                case ACCEPT -> observer.onAccept(event);
                case DROP -> observer.onDrop(event);
                case LOOKUP -> observer.onLookup(event);
                case CONNECT -> observer.onConnect(event);
                case CLOSE -> observer.onClose(event);
                case REQUEST -> observer.onRequest(event);
                case RESPONSE -> observer.onResponse(event);
                case STALL -> observer.onStall(event);
                case RUN -> observer.onRun(event);
                case STOP -> observer.onStop(event);
            }
        } catch (VirtualMachineError fatal) {
            throw fatal;
        } catch (Throwable thrown) {
            // It must not end what it only looks at. Once: it may throw at every event.
            if (!hasThrown.getAndSet(true)) {
                System.getLogger("dev.millrace.observe")
                        .log(System.Logger.Level.ERROR, "an observer threw: " + observer, thrown);
            }
        }
    }
}
