package dev.millrace.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.loop.Loop;
import dev.millrace.testing.Specimens;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Rules that hold for every public type that belongs to a loop, found by reflection; on epoll,
 * where all of them can be made.
 */
class LoopConfinementTest {
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
        List<String> tried = new ArrayList<>();
        List<String> accepted = new ArrayList<>();
        for (Class<?> type : Specimens.types(loop)) {
            Object specimen = Specimens.make(type, loop);
            for (Method method : Specimens.methods(type)) {
                String name = method.getDeclaringClass().getSimpleName() + "." + method.getName();
                if (!isQuestion(method) && !WAYS_IN.contains(name)) {
                    tried.add(name);
                    Throwable thrown =
                            CompletableFuture.supplyAsync(() -> thrownBy(method, specimen), FOREIGN)
                                    .join();
                    if (!(thrown instanceof WrongThreadException)) {
                        accepted.add(name + ": " + thrown);
                    }
                }
            }
        }
        assertThat(tried).hasSizeGreaterThan(80);
        assertThat(accepted).as("begin with checkThread()").isEmpty();
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
    void aSecondListenerIsRefusedEverywhere() {
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
                    if (first != null || !(second instanceof IllegalStateException)) {
                        wrong.add(name + ": " + first + ", then " + second);
                    }
                }
            }
        }
        assertThat(tried).contains("Loop.onUncaught", "TimerHandle.onClose", "NetSocket.onData");
        assertThat(wrong).isEmpty();
    }
}
