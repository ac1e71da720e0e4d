package dev.millrace.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.driver.RecordingDriver;
import dev.millrace.kernel.IpAddress;
import dev.millrace.kernel.SystemError;
import dev.millrace.loop.DriverLoops;
import dev.millrace.loop.Loop;
import dev.millrace.loop.RunMode;
import dev.millrace.testing.Ends;
import dev.millrace.testing.Journal;
import dev.millrace.testing.LoopFixture;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** How a server ends: close with and without a callback, and shutdown with its limit. */
class NetServerShutdownTest {
    private final RecordingDriver driver = new RecordingDriver().withStoppedTime();
    private final Loop loop = DriverLoops.on(driver);
    private final Journal journal = new Journal();
    private final List<NetSocket> accepted = new ArrayList<>();
    private final NetServer server =
            Ends.server(loop, socket -> accepted.add(socket.resume()))
                    .onClosing(journal.line("closing"))
                    .onClose(journal.line("close"));

    @AfterEach
    void close() {
        loop.close();
    }

    private NetServer listening() {
        server.listen(IpAddress.loopback(0));
        LoopFixture.pollUntil(loop, "listening", server::isListening);
        return server;
    }

    /** A client whose end is told as it comes. */
    private NetSocket connected(String name) {
        int before = accepted.size();
        NetSocket client =
                Ends.connect(
                        loop,
                        server.address().orElseThrow(),
                        NetSocketOptions.DEFAULTS.withAllowHalfOpen(true));
        client.onError(error -> journal.add(name + " " + SystemError.codeOf(error)))
                .onEnd(journal.line(name + " end"))
                .resume();
        LoopFixture.pollUntil(
                loop, "a connection", () -> accepted.size() > before && !client.isConnecting());
        return client;
    }

    private void until(String line) {
        LoopFixture.pollUntil(loop, line, () -> journal.count(line) > 0);
    }

    private void turn() {
        for (int count = 0; count < 10; count++) {
            loop.run(RunMode.NOWAIT);
        }
    }

    private void told(@Nullable IOException error) {
        journal.add("callback " + (error == null ? "null" : error.getMessage()));
    }

    private static final String NOT_RUNNING =
            "callback close ERR_SERVER_NOT_RUNNING: the server does not listen";

    @Test
    @Tag("R29")
    void theCallbackComesBehindOnCloseAndBothBehindTheLastConnection() {
        listening();
        NetSocket client = connected("client");
        server.close(this::told);
        assertThat(journal.lines()).as("not inside close").isEmpty();
        turn();
        assertThat(journal.lines()).containsExactly("closing");
        accepted.getFirst().onClose(journal.line("last one closed"));
        client.destroy();
        until("callback null");
        assertThat(journal.lines())
                .containsExactly("closing", "last one closed", "close", "callback null");
    }

    @Test
    @Tag("R29")
    void theSecondCloseIsToldThatTheServerRunsNoMore() {
        listening();
        server.close(this::told);
        server.close(this::told);
        until(NOT_RUNNING);
        assertThat(journal.lines())
                .containsExactly("closing", "close", "callback null", NOT_RUNNING);
        server.close(this::told);
        assertThat(journal.count(NOT_RUNNING)).as("not inside close").isOne();
        turn();
        assertThat(journal.count(NOT_RUNNING)).isEqualTo(2);
        assertThat(journal.count("close")).isOne();
    }

    @Test
    @Tag("R29")
    void aServerThatNeverListenedIsClosedAndSaysSo() {
        server.close(this::told);
        assertThat(loop.run(RunMode.DEFAULT)).isFalse();
        assertThat(journal.lines()).containsExactly("closing", "close", NOT_RUNNING);
    }

    @Test
    void whatAListenerOfTheEndThrowsKeepsNothingElseFromIt() {
        List<Throwable> uncaught = new ArrayList<>();
        loop.onUncaught(uncaught::add);
        listening()
                .onClose(() -> {
                    throw new IllegalStateException("close");
                })
                .onClosing(() -> {
                    throw new IllegalStateException("closing");
                });
        server.shutdown(Duration.ZERO).thenAccept(end -> journal.add("stage"));
        server.close(error -> {
            throw new IllegalStateException("callback");
        });
        server.close(this::told);
        until("stage");
        turn();
        assertThat(journal.lines()).contains("close", "stage", NOT_RUNNING);
        assertThat(uncaught)
                .extracting(Throwable::getMessage)
                .containsExactly("closing", "close", "callback");
    }

    private ServerShutdown end() {
        LoopFixture.pollUntil(loop, "the end", () -> report != null);
        return Objects.requireNonNull(report);
    }

    private @Nullable ServerShutdown report;

    private void shutdown(Duration limit) {
        server.shutdown(limit).thenAccept(end -> report = end);
    }

    @Test
    void whatEndsByItselfIsFinishedAndTheRestIsCutOff() {
        listening();
        NetSocket quick = connected("quick");
        NetSocket slow = connected("slow");
        NetSocket slower = connected("slower");
        shutdown(Duration.ofSeconds(5));
        assertThat(server.isListening()).isFalse();
        driver.passMillis(2_000);
        quick.destroy();
        turn();
        assertThat(server.connectionCount()).isEqualTo(2);
        driver.passMillis(2_999);
        turn();
        assertThat(server.connectionCount()).as("a millisecond is left").isEqualTo(2);
        assertThat(report).isNull();
        driver.passMillis(1);
        ServerShutdown end = end();
        assertThat(end.finished()).isOne();
        assertThat(end.cut()).containsExactlyElementsOf(accepted.subList(1, 3));
        assertThat(end.took()).isEqualTo(Duration.ofSeconds(5));
        assertThat(server.cutCount()).isEqualTo(2);
        until("slower ECONNRESET");
        assertThat(journal.lines())
                .contains("slow ECONNRESET", "close")
                .doesNotContain("slow end", "slower end");
        assertThat(List.of(slow, slower)).allMatch(NetSocket::isDestroyed);
        assertThat(loop.isAlive()).isFalse();
    }

    /** The kernel delivers what it has, also after a close; a reset would take it away. */
    @Test
    void aConnectionThatHasOnlyToHearOfItsPeersEndLosesNothing() {
        listening();
        int length = 200 * 1024;
        NetSocket client = connected("client").pause();
        long[] got = {0};
        client.onData(data -> got[0] += data.remaining());
        accepted.getFirst().onFinish(journal.line("finished")).end(new byte[length]);
        until("finished");
        shutdown(Duration.ZERO);
        assertThat(end().cut()).hasSize(1);
        client.resume();
        LoopFixture.pollUntil(
                loop, "its end", () -> journal.count("client end") > 0 || client.isDestroyed());
        assertThat(got[0]).isEqualTo(length);
        assertThat(journal.lines()).doesNotContain("client ECONNRESET");
        client.destroy();
    }

    @Test
    void ofSeveralLimitsTheNearestCounts() {
        listening();
        connected("client");
        shutdown(Duration.ofSeconds(60));
        shutdown(Duration.ofSeconds(3));
        shutdown(Duration.ofSeconds(10));
        driver.passMillis(2_999);
        turn();
        assertThat(report).isNull();
        driver.passMillis(1);
        assertThat(end().cut()).hasSize(1);
    }

    @Test
    void aServerWithoutConnectionsIsOverAtOnce() {
        listening();
        shutdown(Duration.ofDays(1));
        ServerShutdown end = end();
        assertThat(end.finished()).isZero();
        assertThat(end.cut()).isEmpty();
        assertThat(end.took()).isZero();
        turn();
        assertThat(loop.isAlive()).as("the limit's timer is gone").isFalse();
        report = null;
        shutdown(Duration.ZERO);
        assertThat(end().cut()).as("of one that is over").isEmpty();
        assertThatThrownBy(() -> server.shutdown(Duration.ofNanos(-1)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("the limit is PT-0.000000001S: use zero or more");
    }

    /** A connection that is paused holds no loop, and would be left half closed. */
    @Test
    void theLimitHoldsTheLoop() {
        listening();
        connected("client").unref();
        accepted.getFirst().pause();
        shutdown(Duration.ofSeconds(1));
        turn();
        assertThat(loop.isAlive()).isTrue();
        driver.passMillis(1_000);
        assertThat(end().cut()).hasSize(1);
    }

    @Test
    void destroyedSoonIsAfterTheLastByteAndWithoutThePeersEnd() {
        listening();
        NetSocket client = connected("client");
        StringBuilder got = new StringBuilder();
        client.onData(data -> got.append(data.remaining()));
        NetSocket socket = accepted.getFirst().onClose(journal.line("socket closed"));
        socket.write("good");
        socket.destroySoon();
        assertThat(socket.isDestroyed()).as("what is queued goes out first").isFalse();
        until("socket closed");
        until("client end");
        assertThat(got).hasToString("4");
        socket.destroySoon();
        client.end();
        NetSocket ended = connected("second");
        accepted.getLast().end();
        until("second end");
        accepted.getLast().destroySoon();
        assertThat(accepted.getLast().isDestroyed()).as("it was finished already").isTrue();
        ended.destroy();
        client.destroy();
        server.close();
    }
}
