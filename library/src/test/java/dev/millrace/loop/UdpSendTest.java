package dev.millrace.loop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.driver.RecordingDriver;
import dev.millrace.kernel.IpAddress;
import dev.millrace.kernel.UdpOptions;
import dev.millrace.testing.LoopFixture;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What becomes of a send: outcomes, their order, the queue when the kernel is full, the end. */
class UdpSendTest {
    private static final IpAddress ANY_PORT = IpAddress.loopback(0);

    private final RecordingDriver driver = new RecordingDriver();
    private final Loop loop = Loop.on(driver);
    private final RecordedDatagrams received = new RecordedDatagrams();
    private final RecordedDatagrams told = new RecordedDatagrams();
    private final UdpHandle receiver = new UdpHandle(loop, UdpOptions.DEFAULTS, received);
    private final UdpHandle sender =
            new UdpHandle(loop, UdpOptions.DEFAULTS.withQueue(10, 3), told);
    private final List<String> ended = new ArrayList<>();

    @BeforeEach
    void open() throws IOException {
        receiver.bind(ANY_PORT);
        receiver.receiveStart();
    }

    @AfterEach
    void close() {
        loop.close();
    }

    private void send(String text) {
        send(
                text,
                new Request(error ->
                        ended.add(text + (error == null ? "" : " " + error.getMessage()))));
    }

    private void send(String text, Request request) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        sender.send(bytes, 0, bytes.length, receiver.localAddress(), request);
        Arrays.fill(bytes, (byte) '!');
    }

    private void runUntilReceived(int count) {
        LoopFixture.turnUntil(loop, count + " datagrams", () -> received.seen.size() >= count);
    }

    @Test
    void theOutcomeComesOnceAndLaterInTheOrderOfTheSends() {
        loop.run(() -> {
            send("a");
            send("b");
            send("c");
            assertThat(ended).isEmpty();
        });
        assertThat(loop.isAlive()).isTrue();
        assertThat(driver.calls("trySend")).as("at once").hasSize(3);
        runUntilReceived(3);
        assertThat(ended).containsExactly("a", "b", "c");
        assertThat(received.seen).containsExactly("a", "b", "c");
    }

    @Test
    void aPendingSendKeepsTheLoopAliveAndItsRequestBusy() {
        receiver.unref();
        Request request = new Request(error -> ended.add("done"));
        send("x", request);
        assertThat(request.kind()).isEqualTo(Request.Kind.SEND);
        assertThatThrownBy(() -> send("y", request)).isInstanceOf(IllegalStateException.class);
        assertThat(loop.run(RunMode.DEFAULT)).isFalse();
        assertThat(ended).containsExactly("done");
        assertThat(request.kind()).isNull();
        send("z", request);
        assertThat(loop.run(RunMode.DEFAULT)).isFalse();
        assertThat(ended).containsExactly("done", "done");
    }

    @Test
    void whatTheKernelDoesNotTakeWaitsInOrderAsItWasAtTheCall() {
        driver.withDatagramsAtOnce(1);
        send("one");
        send("two");
        send("three");
        assertThat(sender.queuedCount()).isEqualTo(2);
        assertThat(sender.queuedBytes()).isEqualTo(8);
        runUntilReceived(3);
        assertThat(received.seen).containsExactly("one", "two", "three");
        assertThat(ended).containsExactly("one", "two", "three");
        assertThat(sender.queuedCount()).isZero();
        assertThat(sender.queuedBytes()).isZero();
        assertThat(driver.calls("awaitWritable")).hasSize(2);
    }

    @Test
    void theQueueHasALimitOfBytes() {
        driver.withDatagramsAtOnce(0);
        send("123456789");
        send("0");
        send("x");
        assertThat(sender.queuedBytes()).isEqualTo(10);
        loop.run(RunMode.NOWAIT);
        assertThat(ended).containsExactly("x send ENOBUFS " + receiver.localAddress());
    }

    @Test
    void theQueueHasALimitOfDatagrams() {
        driver.withDatagramsAtOnce(0);
        List.of("", "1", "2", "3").forEach(this::send);
        assertThat(sender.queuedCount()).isEqualTo(3);
        loop.run(RunMode.NOWAIT);
        assertThat(ended).containsExactly("3 send ENOBUFS " + receiver.localAddress());
        assertThatThrownBy(() -> UdpOptions.DEFAULTS.withQueue(0, 1))
                .hasMessage("queueMaxBytes is 0: use 1 or more");
    }

    @Test
    void tryingTakesTheDatagramOrSaysNo() throws IOException {
        driver.withDatagramsAtOnce(1);
        byte[] bytes = {'x'};
        assertThat(sender.trySend(bytes, 0, 1, receiver.localAddress())).isTrue();
        assertThat(sender.trySend(bytes, 0, 1, receiver.localAddress())).isFalse();
        assertThat(driver.calls("awaitWritable")).isEmpty();
        send("waits");
        driver.withDatagramsAtOnce(1);
        assertThat(sender.trySend(bytes, 0, 1, receiver.localAddress()))
                .as("it would overtake the one that waits")
                .isFalse();
        runUntilReceived(2);
        assertThat(received.seen).containsExactly("x", "waits");
        driver.withDatagramsAtOnce(1);
        byte[] tooLong = new byte[65_508];
        assertThatThrownBy(
                        () -> sender.trySend(tooLong, 0, tooLong.length, receiver.localAddress()))
                .hasMessage("send EMSGSIZE " + receiver.localAddress());
    }

    @Test
    void aDatagramThatIsTooLongEndsWithAnErrorAndTheNextOneLeaves() {
        send("x".repeat(70_000), new Request(error -> ended.add(error.getMessage())));
        send("next");
        runUntilReceived(1);
        assertThat(ended).containsExactly("send EMSGSIZE " + receiver.localAddress(), "next");
    }

    @Test
    void oneThatHadToWaitEndsWithItsErrorAndTheNextOneLeaves() {
        UdpHandle roomy = new UdpHandle(loop, UdpOptions.DEFAULTS, told);
        driver.withDatagramsAtOnce(1);
        for (int length : new int[] {1, 65_508, 2}) {
            byte[] bytes = new byte[length];
            Request request =
                    new Request(error ->
                            ended.add(length + (error == null ? "" : " " + error.getMessage())));
            roomy.send(bytes, 0, length, receiver.localAddress(), request);
        }
        assertThat(roomy.queuedCount()).isEqualTo(2);
        runUntilReceived(2);
        assertThat(ended)
                .containsExactly("1", "65508 send EMSGSIZE " + receiver.localAddress(), "2");
    }

    @Test
    void anErrorWithoutARequestGoesToTheOwner() {
        byte[] bytes = new byte[65_508];
        loop.run(() -> {
            sender.send(bytes, 0, bytes.length, receiver.localAddress(), null);
            assertThat(told.seen).isEmpty();
        });
        loop.run(RunMode.NOWAIT);
        assertThat(told.seen).containsExactly("send EMSGSIZE " + receiver.localAddress());
    }

    @Test
    void closingEndsWhatWaitsBeforeTheCloseCallback() {
        driver.withDatagramsAtOnce(1);
        sender.onClose(() -> ended.add("closed"));
        send("sent");
        send("a");
        send("b");
        sender.close();
        assertThat(ended).isEmpty();
        receiver.close();
        assertThat(loop.run(RunMode.DEFAULT)).isFalse();
        assertThat(ended)
                .containsExactly(
                        "sent",
                        "a send ECANCELED 127.0.0.1:" + port(ended.get(1)),
                        "b send ECANCELED 127.0.0.1:" + port(ended.get(2)),
                        "closed");
    }

    private static String port(String line) {
        return line.substring(line.lastIndexOf(':') + 1);
    }

    @Test
    void aCallbackMayCloseTheSocketUnderTheOthers() {
        sender.onClose(() -> ended.add("closed"));
        send(
                "a",
                new Request(error -> {
                    ended.add("a");
                    sender.close();
                }));
        send("b");
        receiver.close();
        assertThat(loop.run(RunMode.DEFAULT)).isFalse();
        assertThat(ended).containsExactly("a", "b", "closed");
    }

    @Test
    void whatACallbackThrowsSkipsNoOther() {
        send(
                "a",
                new Request(error -> {
                    throw new IllegalStateException("mine");
                }));
        send("b");
        runUntilReceived(2);
        assertThat(told.seen).containsExactly("thrown mine");
        assertThat(ended).containsExactly("b");
    }

    /** Each outcome brings the next send: timers have their turn all the same. */
    @Test
    void aSenderThatGoesOnAndOnStarvesNobody() {
        int[] sent = {0};
        boolean[] isOver = {false};
        Runnable[] next = {() -> {}};
        next[0] =
                () -> {
                    sent[0]++;
                    if (!isOver[0] && sent[0] <= 1000) {
                        send("x", new Request(error -> next[0].run()));
                    }
                };
        loop.setImmediate(() ->
                loop.setImmediate(() -> {
                    isOver[0] = true;
                    receiver.close();
                }));
        next[0].run();
        assertThat(loop.run(RunMode.DEFAULT)).isFalse();
        assertThat(sent[0]).isBetween(2, 1000);
    }

    @Test
    void whateverTheKernelTakesTheBytesAreThoseOfTheCall() {
        long seed = 20_241;
        Random random = new Random(seed);
        UdpHandle open = new UdpHandle(loop, UdpOptions.DEFAULTS, told);
        List<String> expected = new ArrayList<>();
        byte[] shared = new byte[100];
        int[] over = {0};
        while (expected.size() < 200) {
            driver.withDatagramsAtOnce(1 + random.nextInt(4));
            for (int burst = random.nextInt(8); burst >= 0; burst--) {
                int offset = random.nextInt(50);
                int length = random.nextInt(50);
                for (int at = 0; at < length; at++) {
                    shared[offset + at] = (byte) ('a' + random.nextInt(26));
                }
                expected.add(new String(shared, offset, length, StandardCharsets.US_ASCII));
                open.send(
                        shared,
                        offset,
                        length,
                        receiver.localAddress(),
                        new Request(e -> over[0]++));
                random.nextBytes(shared);
            }
            loop.run(RunMode.NOWAIT);
        }
        runUntilReceived(expected.size());
        assertThat(received.seen).as("seed %d", seed).isEqualTo(expected);
        assertThat(over[0]).isEqualTo(expected.size());
    }
}
