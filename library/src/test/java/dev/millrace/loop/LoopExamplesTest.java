package dev.millrace.loop;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.driver.RecordingDriver;
import dev.millrace.kernel.Address;
import dev.millrace.net.NetServer;
import dev.millrace.sys.JvmSignals;
import dev.millrace.testing.LoopFixture;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the Javadoc of the loop shows, compiled and run; timers are on virtual time. */
class LoopExamplesTest {
    private static final int LAST = 3000;

    private final StringBuffer printed = new StringBuffer();

    private void print(Object text) {
        printed.append(text).append('|');
    }

    /** Runs {@code setup} to its end; a wait jumps to the next timer. */
    private static void onVirtualTime(Consumer<Loop> setup) {
        LoopFixture.run(() -> Loop.on(new RecordingDriver().withVirtualTime()), setup);
    }

    @Test
    void running() {
        // @start region="run"
        Loop.run(loop -> {
            loop.setImmediate(() -> print("third"));
            loop.nextTick(() -> print("second"));
            print("first");
        }); // returns when there is nothing left to do
        // @end
        assertThat(printed).hasToString("first|second|third|");
    }

    @Test
    void stopping() {
        onVirtualTime(this::stop);
        assertThat(printed).hasToString("enough|");
    }

    private void stop(Loop loop) {
        // @start region="stop"
        loop.setInterval(Duration.ofSeconds(1), () -> {}); // would go on for ever
        loop.setTimeout(
                Duration.ofMinutes(1),
                () -> {
                    print("enough");
                    loop.stop();
                });
        // @end
    }

    @Test
    void ticks() {
        LoopFixture.run(loop -> new Job(loop).onDone = () -> print("done"));
        assertThat(printed).hasToString("done|");
    }

    // @start region="nextTick"
    /** Tells what is done already on the next tick, when its maker has set the listener. */
    private static final class Job {
        Runnable onDone = () -> {};

        Job(Loop loop) {
            loop.nextTick(() -> onDone.run());
        }
    }

    // @end

    @Test
    void timeouts() {
        onVirtualTime(this::timeout);
        assertThat(printed).hasToString("a second later|");
    }

    private void timeout(Loop loop) {
        // @start region="setTimeout"
        loop.setTimeout(Duration.ofSeconds(1), () -> print("a second later"));
        TimerHandle never = loop.setTimeout(Duration.ofSeconds(2), () -> print("too late"));
        never.close(); // Node's clearTimeout
        // @end
    }

    @Test
    void intervals() {
        onVirtualTime(this::interval);
        assertThat(printed).hasToString("tick|tick|tick|");
    }

    private void interval(Loop loop) {
        // @start region="setInterval"
        TimerHandle clock = loop.setInterval(Duration.ofSeconds(1), () -> print("tick"));
        loop.setTimeout(Duration.ofMillis(3500), clock::close); // Node's clearInterval
        // @end
    }

    @Test
    void aTimerThatStartsAnew() {
        onVirtualTime(this::watchdog);
        assertThat(printed).hasToString("heard|silent for 30 s|");
    }

    private void watchdog(Loop loop) {
        // @start region="timer"
        Duration limit = Duration.ofSeconds(30);
        TimerHandle watchdog = new TimerHandle(loop);
        watchdog.start(limit, () -> print("silent for 30 s"));
        loop.setTimeout(
                Duration.ofSeconds(20),
                () -> {
                    print("heard");
                    watchdog.start(limit, () -> print("silent for 30 s")); // from now on
                });
        // @end
    }

    @Test
    void aTimerThatHoldsNothing() {
        onVirtualTime(this::statistics);
        assertThat(printed).hasToString("a minute|done|");
    }

    private void statistics(Loop loop) {
        // @start region="unref"
        TimerHandle statistics = loop.setInterval(Duration.ofMinutes(1), () -> print("a minute"));
        statistics.unref(); // alone it does not keep the program running
        loop.setTimeout(Duration.ofSeconds(90), () -> print("done"));
        // @end
    }

    @Test
    void longWorkInSlices() {
        LoopFixture.run(loop -> {
            count(loop, 0);
            loop.setImmediate(() -> print("another"));
        });
        assertThat(printed).hasToString("another|3000|");
    }

    // @start region="setImmediate"
    /** Long work in slices, so that everything else gets its turn in between. */
    private void count(Loop loop, int from) {
        int to = from + 1000;
        if (to < LAST) {
            loop.setImmediate(() -> count(loop, to));
        } else {
            print(to);
        }
    }

    // @end

    @Test
    void anImmediateTakenBack() {
        LoopFixture.run(this::takeBack);
        assertThat(printed).hasToString("kept|");
    }

    private void takeBack(Loop loop) {
        // @start region="clearImmediate"
        loop.setImmediate(() -> print("kept"));
        Immediate dropped = loop.setImmediate(() -> print("dropped"));
        dropped.close(); // Node's clearImmediate
        // @end
    }

    private static String ask() {
        return "42";
    }

    @Test
    void fromAnotherThread() {
        LoopFixture.run(this::fromAnother);
        assertThat(printed).hasToString("42|");
    }

    private void fromAnother(Loop loop) {
        // @start region="execute"
        Runnable release = loop.keepAlive(); // until the answer is there
        Thread.startVirtualThread(() -> {
            String answer = ask(); // may block
            loop.execute(() -> {
                print(answer); // on the loop again
                release.run();
            });
        });
        // @end
    }

    @Test
    void closing() {
        try (Loop loop = Loop.create()) {
            // @start region="atClose"
            Runnable release = () -> print("given back");
            loop.atClose(release); // and loop.notAtClose(release) when it is given back before
            // @end
            Runnable other = () -> print("never");
            loop.atClose(other);
            loop.notAtClose(other);
        }
        assertThat(printed).hasToString("given back|");
    }

    @Test
    void workElsewhere(@TempDir Path folder) throws IOException {
        Path file = Files.writeString(folder.resolve("greeting"), "hello");
        LoopFixture.run(loop -> readFile(loop, file));
        assertThat(printed).hasToString("hello|");
    }

    private void readFile(Loop loop, Path file) {
        // @start region="offload"
        loop.offload(() -> Files.readString(file)) // on a virtual thread
                .thenAccept(text -> print(text)) // on the loop
                .exceptionally(error -> {
                    print("no luck: " + error.getMessage());
                    return null;
                });
        // @end
    }

    @Test
    void workThatTakesTooLong() {
        onVirtualTime(this::search);
        assertThat(printed).hasToString("gave up|");
    }

    private static String findIt() throws InterruptedException {
        new CountDownLatch(1).await();
        return "it";
    }

    private void search(Loop loop) {
        // @start region="cancel"
        Work<String> search = loop.offload(() -> findIt());
        TimerHandle limit = loop.setTimeout(Duration.ofSeconds(5), search::cancel);
        search.whenComplete((found, error) -> {
            limit.close();
            print(error == null ? found : "gave up");
        });
        // @end
    }

    @Test
    void workOnThePool() {
        LoopFixture.run(this::onPool);
        assertThat(printed).hasToString("42|");
    }

    private void onPool(Loop loop) {
        // @start region="pool"
        loop.offload(WorkPool.shared(), () -> ask()) // blocks in native code, say
                .thenAccept(answer -> print(answer));
        // @end
    }

    @Test
    void aStageThatAnotherThreadWaitsFor() throws ExecutionException, InterruptedException {
        try (LoopFixture fixture = new LoopFixture()) {
            NetServer server = fixture.call(() -> NetServer.create(fixture.loop(), socket -> {}));
            assertThat(connections(server).get()).isZero();
        }
    }

    // @start region="stage"
    /** Any thread may ask, and wait for the answer by {@code get}. */
    private static LoopStage<Integer> connections(NetServer server) {
        LoopStage<Integer> count = new LoopStage<>(server.loop());
        server.loop().execute(() -> count.complete(server.connectionCount()));
        return count;
    }

    // @end

    @Test
    void measuring() {
        LoopFixture.run(this::measure);
        assertThat(printed.toString()).contains("longest turn: ").contains("turns: ");
    }

    private void measure(Loop loop) {
        // @start region="metrics"
        loop.measure();
        loop.setImmediate(() -> {
            LoopMetrics metrics = loop.metrics(); // any thread may ask
            print("turns: " + metrics.turns());
            print("longest turn: " + Duration.ofNanos(metrics.turnTime().maxNanos()));
        });
        // @end
    }

    @Test
    void whatNothingElseCatches() {
        LoopFixture.run(loop -> {
            // @start region="onUncaught"
            loop.onUncaught(thrown -> print("a bug: " + thrown.getMessage()));
            // @end
            loop.nextTick(() -> {
                throw new IllegalStateException("oh");
            });
        });
        assertThat(printed).hasToString("a bug: oh|");
    }

    @Test
    void callingAUser() {
        LoopFixture.run(loop -> {
            tell(loop, message -> print(message));
            tell(
                    loop,
                    message -> {
                        throw new IllegalStateException("I don't like " + message);
                    });
        });
        assertThat(printed).hasToString("hello|the user failed: I don't like hello|");
    }

    private void tell(Loop loop, Consumer<String> user) {
        // @start region="enter"
        loop.enter(
                user,
                listener -> listener.accept("hello"),
                (listener, thrown) -> print("the user failed: " + thrown.getMessage()));
        // @end
    }

    @Test
    void severalLoops() throws InterruptedException {
        LoopGroup group = start(0);
        AtomicInteger loops = new AtomicInteger();
        group.each(loop -> loops.incrementAndGet());
        end(group);
        assertThat(loops).hasValue(4);
    }

    private static LoopGroup start(int port) throws InterruptedException {
        // @start region="group"
        LoopGroup group =
                LoopGroup.start(
                        4,
                        loop -> {
                            var server = NetServer.create(loop, socket -> socket.end("hello\n"));
                            server.listen(port); // one port for all of them
                        });
        // @end
        return group;
    }

    private static void end(LoopGroup group) throws InterruptedException {
        // @start region="join"
        group.each(loop -> loop.stop());
        group.join(); // every loop has ended
        // @end
    }

    @Test
    void aGroupThatEndsInOrder() throws InterruptedException {
        LoopGroup group = start(0);
        onTerm(group);
        group.shutdown(Duration.ZERO); // as SIGTERM would
        group.join();
        assertThat(group).hasToString("LoopGroup[4 loops, 0 running]");
    }

    private static void onTerm(LoopGroup group) {
        // @start region="groupShutdown"
        group.onSignal("TERM", signal -> group.shutdown(Duration.ofSeconds(10)));
        // @end
    }

    @Test
    void anotherSourceOfListeners() {
        LoopFixture.run(loop -> {
            asking(loop);
            NetServer server = NetServer.create(loop, socket -> {});
            server.onListening(server::close).listen(0, "127.0.0.1");
            NetServer.create(loop, socket -> {})
                    .onError(error -> print(error.getMessage()))
                    .listen(1, "127.0.0.1");
        });
        assertThat(printed).hasToString("127.0.0.1:1 is not for us|");
    }

    private static boolean isOurs(Address address) {
        return !address.toString().endsWith(":1");
    }

    private static void asking(Loop loop) {
        // @start region="listenSource"
        loop.listenSource(attempt -> {
            if (isOurs(attempt.address())) {
                ListenSource.OWN.open(attempt);
            } else {
                attempt.failed(new IOException(attempt.address() + " is not for us"));
            }
        });
        // @end
    }

    @Test
    void aSourceThatAnswersLater() {
        LoopFixture.run(loop -> {
            askingElsewhere(loop);
            NetServer server = NetServer.create(loop, socket -> {});
            server.onListening(server::close).listen(0, "127.0.0.1");
            server.onClose(() -> print("closed"));
        });
        assertThat(printed).hasToString("closed|");
    }

    private static void askingElsewhere(Loop loop) {
        // @start region="listenLater"
        loop.listenSource(attempt -> {
            Work<Boolean> asked = loop.offload(() -> isOurs(attempt.address())); // elsewhere
            attempt.onCancel(asked::cancel);
            asked.thenAccept(isOurs -> answer(attempt, isOurs)); // listens or failed
        });
        // @end
    }

    private static void answer(ListenAttempt attempt, boolean isOurs) {
        try {
            assertThat(isOurs).isTrue();
            ListenSource.OWN.open(attempt);
        } catch (IOException e) {
            attempt.failed(e);
        }
    }

    /** The listener for the signal does not keep the loop, the server does. */
    @Test
    void signals() {
        LoopFixture.run(loop -> {
            NetServer server = NetServer.create(loop, socket -> {});
            server.listen(0, "127.0.0.1");
            server.onClose(() -> print("closed"));
            onTerm(loop, server);
            JvmSignals.open().raise("TERM");
        });
        assertThat(printed).hasToString("closed|");
    }

    private static void onTerm(Loop loop, NetServer server) {
        // @start region="onSignal"
        loop.onSignal("TERM", name -> server.close());
        // @end
    }

    @Test
    void theDriver() {
        // @start region="drivers"
        Drivers.Choice choice = Drivers.choice();
        print(choice.name() + ", " + choice.reason());
        // @end
        assertThat(printed).contains(choice.name());
    }
}
