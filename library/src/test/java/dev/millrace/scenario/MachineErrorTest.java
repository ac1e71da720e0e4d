package dev.millrace.scenario;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.kernel.IpAddress;
import dev.millrace.loop.Loop;
import dev.millrace.loop.RunMode;
import dev.millrace.net.NetServer;
import dev.millrace.testing.ChildJvm;
import dev.millrace.testing.Journal;
import dev.millrace.testing.LoopFixture;
import dev.millrace.testing.RawClient;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * The policy for an OutOfMemoryError or a StackOverflowError in a callback: the loop ends with it,
 * everything it had open is closed, and nothing is left half done.
 */
@Tag("X60")
class MachineErrorTest {
    private final Journal journal = new Journal();

    private static void overflow() {
        overflow();
        Thread.onSpinWait();
    }

    private static Object exhaust() {
        // More than any array may have: thrown without filling the heap.
        return new long[Integer.MAX_VALUE];
    }

    private void expectTheEnd(Runnable breaking, Class<? extends Error> error) {
        CompletableFuture<Integer> port = new CompletableFuture<>();
        CompletableFuture<Throwable> end = new CompletableFuture<>();
        Thread.ofPlatform()
                .daemon()
                .start(() -> {
                    try {
                        Loop.run(loop -> serve(loop, breaking, port));
                        end.complete(new AssertionError("the loop just ended"));
                    } catch (Throwable thrown) {
                        end.complete(thrown);
                    }
                });
        try (RawClient bystander = RawClient.connect(port.join());
                RawClient victim = RawClient.connect(port.join())) {
            assertThat(bystander.write("x").readText(1)).isEqualTo("x");
            victim.write("!");
            assertThat(victim.readEnding()).as("its connection is gone").isNotEmpty();
            assertThat(bystander.readEnding()).as("and so is everybody's").isNotEmpty();
            assertThat(end.join()).isInstanceOf(error);
            assertThat(journal.lines())
                    .as("the rest of the turn ran, and no listener for errors was asked")
                    .containsExactly("tick", "check");
        }
    }

    private void serve(Loop loop, Runnable breaking, CompletableFuture<Integer> port) {
        loop.onUncaught(thrown -> journal.add("uncaught"));
        NetServer server =
                NetServer.create(
                        loop,
                        socket -> {
                            socket.onError(e -> journal.add("error"));
                            socket.onData(data -> {
                                if (data.get(data.position()) == '!') {
                                    loop.nextTick(journal.line("tick"));
                                    loop.setImmediate(journal.line("check"));
                                    breaking.run();
                                }
                                socket.write(data);
                            });
                        });
        server.listen(IpAddress.loopback(0)).onListening(() -> port.complete(server.port()));
    }

    @Test
    void anOverflowOfTheStackInADataCallback() {
        expectTheEnd(MachineErrorTest::overflow, StackOverflowError.class);
    }

    @Test
    void noMemoryInADataCallback() {
        expectTheEnd(MachineErrorTest::exhaust, OutOfMemoryError.class);
    }

    @Test
    void inATimerATickAndACloseCallback() {
        try (Loop loop = Loop.create()) {
            loop.setTimeout(Duration.ZERO, MachineErrorTest::exhaust);
            loop.setTimeout(Duration.ZERO, journal.line("the other timer"));
            assertThatThrownBy(() -> loop.run(RunMode.DEFAULT))
                    .isInstanceOf(OutOfMemoryError.class);
            loop.nextTick(MachineErrorTest::overflow);
            assertThatThrownBy(() -> loop.run(RunMode.DEFAULT))
                    .isInstanceOf(StackOverflowError.class);
            var timer = loop.setTimeout(Duration.ofHours(1), () -> {});
            timer.onClose(MachineErrorTest::exhaust);
            timer.close();
            assertThatThrownBy(() -> loop.run(RunMode.DEFAULT))
                    .isInstanceOf(OutOfMemoryError.class);
            assertThat(loop.run(RunMode.DEFAULT)).as("it can run, and has nothing left").isFalse();
        }
        assertThat(journal.lines()).containsExactly("the other timer");
    }

    private void enterAgain(Loop loop) {
        loop.enter(loop, this::enterAgain, (one, thrown) -> journal.add("failed"));
    }

    /**
     * The stack ends somewhere inside the loop's own code: it must know all the same that no
     * callback is running any more.
     */
    @Test
    void whereCallbacksAreNestedUntilTheStackEnds() {
        try (Loop loop = Loop.create()) {
            loop.setImmediate(() -> enterAgain(loop));
            assertThatThrownBy(() -> loop.run(RunMode.DEFAULT))
                    .isInstanceOf(StackOverflowError.class);
            loop.setImmediate(journal.line("runs again"));
            assertThat(loop.run(RunMode.DEFAULT)).isFalse();
            assertThat(journal.lines()).containsExactly("runs again");
        }
    }

    /** Row X60: the other callbacks of that turn are settled as ever, one by one. */
    @Test
    @Tag("X60")
    void whatComesAfterItInTheTurnIsSettledAsEver() {
        // In which of the loop's calls the stack ends depends on how much of it is used before.
        for (int used = 0; used < 64; used++) {
            int below = used;
            Journal turn = new Journal();
            try (Loop loop = Loop.create()) {
                loop.setImmediate(() -> descend(below, () -> enterAgain(loop)));
                loop.setImmediate(() -> {
                    turn.add("second");
                    loop.nextTick(turn.line("its tick"));
                });
                loop.setImmediate(turn.line("third"));
                assertThatThrownBy(() -> loop.run(RunMode.DEFAULT))
                        .isInstanceOf(StackOverflowError.class);
            }
            assertThat(turn.lines())
                    .as("below %s frames", used)
                    .containsExactly("second", "its tick", "third");
        }
    }

    private static void descend(int frames, Runnable then) {
        if (frames > 0) {
            descend(frames - 1, then);
        } else {
            then.run();
        }
    }

    /** What the child does. */
    static final class Program {
        public static void main(String[] arguments) {
            Loop.run(loop -> {
                NetServer.create(loop, socket -> {}).listen(IpAddress.loopback(0));
                loop.setTimeout(Duration.ZERO, MachineErrorTest::exhaust);
            });
            System.out.println("run returned");
        }
    }

    @Test
    void aProgramEndsWithAStatus() throws Exception {
        ChildJvm.Result result = ChildJvm.run(Program.class);
        assertThat(result.status()).isEqualTo(1);
        assertThat(result.output()).contains("OutOfMemoryError").doesNotContain("run returned");
    }

    private static void throwEverywhere(Loop loop) {
        var timer = loop.setTimeout(Duration.ZERO, () -> throwing("timer"));
        timer.onClose(() -> throwing("close"));
        loop.setTimeout(Duration.ZERO, timer::close);
        loop.nextTick(() -> throwing("tick"));
        loop.setImmediate(() -> throwing("check"));
    }

    /** X78: any other exception is told, and the callbacks of the turn still run. */
    @Test
    @Tag("X78")
    void anExceptionInAnyCallbackSkipsNoOther() {
        LoopFixture.run(loop -> {
            loop.onUncaught(thrown -> journal.add("uncaught " + thrown.getMessage()));
            NetServer server =
                    NetServer.create(
                            loop,
                            socket -> {
                                socket.onError(e -> journal.add("server error"));
                                socket.onClose(() -> {
                                    journal.add("server closed");
                                    throwEverywhere(loop);
                                });
                                socket.onData(data -> throwing("data"));
                            });
            server.listen(IpAddress.loopback(0))
                    .onListening(() -> {
                        RawClient client = RawClient.connect(server.port()).write("x");
                        loop.offload(client::readEnding)
                                .thenAccept(ending -> {
                                    server.close();
                                    client.close();
                                });
                    });
        });
        assertThat(journal.lines())
                .containsExactly(
                        "server error",
                        "server closed",
                        "uncaught tick",
                        "uncaught timer",
                        "uncaught check",
                        "uncaught close");
    }

    private static void throwing(String message) {
        throw new IllegalStateException(message);
    }
}
