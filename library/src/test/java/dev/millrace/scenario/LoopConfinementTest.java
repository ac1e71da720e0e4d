package dev.millrace.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.kernel.UnixAddress;
import dev.millrace.loop.Loop;
import dev.millrace.net.NetSocket;
import dev.millrace.testing.Specimens;
import dev.millrace.testing.TriplingFilter;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Rules that hold for every public type that belongs to a loop, found by reflection; on epoll,
 * where all of them can be made.
 */
class LoopConfinementTest {
    /** Streams tell several of their ends, and take another listener for their bytes. */
    private static final String TAKES_ANOTHER =
            "(.*(Socket|Server|Channel)|File.*|ClientRequest)"
                    + "[.]on(Close|Closing|Error|Finish|End|Data|Bytes)";

    /** The documented ways in for other threads, who may also wait for an outcome. */
    private static final Set<String> WAYS_IN =
            Set.of(
                    "Loop.execute",
                    "AsyncHandle.send",
                    "LoopStage.get",
                    "LoopStage.join",
                    "LoopStage.completeExceptionally",
                    "LoopStage.completeAsync",
                    "LoopStage.orTimeout",
                    "LoopStage.completeOnTimeout");

    /** What every type answers to any thread. */
    private static final Set<String> ASKED_ANYWHERE = Set.of("loop", "toString");

    /** The other answers that are promised to any thread. */
    private static final Set<String> ANY_THREAD =
            Set.of(
                    "Loop.inLoop",
                    "Loop.isClosed",
                    "Loop.metrics",
                    "Loop.hrtime",
                    "Loop.driverName",
                    "Loop.threadName",
                    "ListenAttempt.address",
                    "LoopStage.get",
                    "LoopStage.join",
                    "LoopStage.exceptionNow",
                    "LoopStage.copy",
                    "LoopStage.minimalCompletionStage",
                    "LoopStage.toCompletableFuture",
                    "LoopStage.newIncompleteFuture",
                    "LoopStage.defaultExecutor",
                    // Of streams that have none.
                    "WriteStream.regions");

    private static final Executor FOREIGN = task -> Thread.ofPlatform().daemon().start(task);

    private final Loop loop = Loop.create();

    @AfterEach
    void close() {
        loop.close();
    }

    @Test
    @Tag("X82")
    @Tag("X84")
    void thereIsASpecimenOfEveryKindOfHandle() {
        assertThat(Specimens.types())
                .as("tell Specimens how to make one")
                .containsAll(Specimens.handles());
    }

    @Test
    @Tag("X82")
    void everyCommandFromAForeignThreadIsRefused() {
        List<String> accepted = new ArrayList<>();
        int tried =
                tryOnAForeignThread(
                        method -> !isQuestion(method) && !WAYS_IN.contains(name(method)), accepted);
        assertThat(tried).isGreaterThan(80);
        assertThat(accepted).as("begin with checkThread()").isEmpty();
    }

    /** What only looks is refused as well: it would read what the loop is writing. */
    @Test
    @Tag("X82")
    void everyReaderFromAForeignThreadIsRefused() {
        List<String> accepted = new ArrayList<>();
        int tried =
                tryOnAForeignThread(method -> isQuestion(method) && !isAnyThread(method), accepted);
        assertThat(tried).isGreaterThan(60);
        assertThat(accepted).as("begin with checkThread()").isEmpty();
    }

    /** Where the answer is the filter's and not the handle's. */
    @Test
    @Tag("X82")
    void whatLooksAtASocketWithAFilterIsRefusedAsWell() {
        NetSocket socket = NetSocket.connect(loop, UnixAddress.of("/nowhere/at/all"));
        socket.filter(TriplingFilter.asker(TriplingFilter.Stage.NEVER));
        List<String> tried = new ArrayList<>();
        for (Method method : Specimens.methods(NetSocket.class)) {
            if (isQuestion(method) && !isAnyThread(method)) {
                tried.add(method.getName());
                Throwable thrown =
                        CompletableFuture.supplyAsync(() -> thrownBy(method, socket), FOREIGN)
                                .join();
                assertThat(isRefusal(thrown)).as(method.getName() + ": " + thrown).isTrue();
            }
        }
        assertThat(tried).contains("writeLimit", "queuedBytes");
    }

    @Test
    @Tag("X82")
    void whatIsPromisedToAnyThreadIsAnsweredThere() {
        loop.measure();
        List<String> accepted = new ArrayList<>();
        // The work has no outcome, and never will.
        int tried =
                tryOnAForeignThread(
                        method ->
                                isQuestion(method)
                                        && isAnyThread(method)
                                        && !name(method)
                                                .matches("LoopStage[.](get|join|exceptionNow)"),
                        accepted);
        assertThat(accepted).hasSize(tried).allMatch(line -> line.endsWith(": null"));
    }

    /** Adds to {@code accepted} what was not refused; how many methods there were. */
    private int tryOnAForeignThread(Predicate<Method> which, List<String> accepted) {
        int tried = 0;
        for (Class<?> type : Specimens.types(loop)) {
            Object specimen = Specimens.make(type, loop);
            for (Method method : Specimens.methods(type).stream().filter(which).toList()) {
                tried++;
                Throwable thrown =
                        CompletableFuture.supplyAsync(() -> thrownBy(method, specimen), FOREIGN)
                                .join();
                if (!isRefusal(thrown)) {
                    accepted.add(type.getSimpleName() + ", " + name(method) + ": " + thrown);
                }
            }
        }
        return tried;
    }

    /** By our own check, which names the way back, and not by what lies below it. */
    private static boolean isRefusal(Throwable thrown) {
        return thrown instanceof WrongThreadException
                && thrown.getMessage().contains("loop.execute(");
    }

    private static String name(Method method) {
        return method.getDeclaringClass().getSimpleName() + "." + method.getName();
    }

    private static boolean isAnyThread(Method method) {
        return ASKED_ANYWHERE.contains(method.getName()) || ANY_THREAD.contains(name(method));
    }

    /** What only looks: no parameters, and an answer that is not the object itself. */
    private static boolean isQuestion(Method method) {
        Class<?> answer = method.getReturnType();
        return method.getParameterCount() == 0
                && answer != void.class
                && answer != method.getDeclaringClass();
    }

    private static Throwable thrownBy(Method method, Object target) {
        try {
            method.setAccessible(true);
            method.invoke(target, Specimens.arguments(method));
            return null;
        } catch (InvocationTargetException e) {
            return e.getCause();
        } catch (IllegalAccessException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    @Tag("X84")
    void aSecondListenerIsRefusedWhereOneIsMeant() {
        List<String> tried = new ArrayList<>();
        List<String> wrong = new ArrayList<>();
        for (Class<?> type : Specimens.types(loop)) {
            for (Method method : Specimens.methods(type)) {
                if (method.getName().matches("on[A-Z].*") && method.getParameterCount() == 1) {
                    // A fresh one for each: a stream has one consumer, whichever it is.
                    Object specimen = Specimens.make(type, loop);
                    String name = type.getSimpleName() + "." + method.getName();
                    tried.add(name);
                    Throwable first = thrownBy(method, specimen);
                    Throwable second = thrownBy(method, specimen);
                    boolean isRefused = second instanceof IllegalStateException;
                    if (first != null || isRefused == name.matches(TAKES_ANOTHER)) {
                        wrong.add(name + ": " + first + ", then " + second);
                    }
                }
            }
        }
        assertThat(tried).contains("Loop.onUncaught", "TimerHandle.onClose", "NetSocket.onData");
        assertThat(wrong).isEmpty();
    }
}
