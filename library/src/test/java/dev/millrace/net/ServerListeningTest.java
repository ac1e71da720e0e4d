package dev.millrace.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.kernel.IpAddress;
import dev.millrace.kernel.SystemError;
import dev.millrace.loop.Loop;
import dev.millrace.loop.RunMode;
import dev.millrace.testing.Journal;
import dev.millrace.testing.LoopFixture;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The outcome of a listen as a stage, beside the listeners. */
class ServerListeningTest {
    private final Loop loop = Loop.create();
    private final Journal journal = new Journal();
    private final NetServer server = NetServer.create(loop, socket -> {});

    @AfterEach
    void close() {
        loop.close();
    }

    private void until(String line) {
        LoopFixture.pollUntil(loop, line, () -> journal.count(line) > 0);
    }

    private void note(CompletionStage<NetServer> stage, String name) {
        stage.whenComplete((one, error) ->
                        journal.add(
                                name + (error == null ? " " + (one == server) : " " + code(error))))
                .exceptionally(error -> server);
    }

    private static String code(Throwable error) {
        return error instanceof SystemError ? SystemError.codeOf(error) : error.getMessage();
    }

    private IpAddress taken() {
        NetServer other = NetServer.create(loop, socket -> {}).unref();
        other.listen(IpAddress.loopback(0));
        LoopFixture.pollUntil(loop, "the other listens", other::isListening);
        return IpAddress.loopback(other.port());
    }

    @Test
    void itEndsWithTheServerBehindTheListenerWhicheverCameFirst() {
        note(server.listening(), "before");
        server.onListening(journal.line("listener")).listen(IpAddress.loopback(0));
        note(server.listening(), "under way");
        assertThat(journal.lines()).as("never inside the call").isEmpty();
        until("under way true");
        note(server.listening(), "after");
        until("after true");
        assertThat(journal.lines().getFirst()).isEqualTo("listener");
        assertThat(journal.lines())
                .containsExactlyInAnyOrder(
                        "listener", "before true", "under way true", "after true");
    }

    @Test
    void aListenerThatThrowsSpoilsNoStage() {
        loop.onUncaught(thrown -> journal.add(thrown.getMessage()));
        server.onListening(() -> {
            throw new IllegalStateException("thrown");
        });
        note(server.listen(IpAddress.loopback(0)).listening(), "stage");
        until("stage true");
        assertThat(journal.count("thrown")).isOne();
    }

    @Test
    void aFailureGoesIntoTheStageAndNotToTheLoop() {
        server.listen(taken());
        note(server.listening(), "stage");
        assertThat(loop.run(RunMode.DEFAULT)).isFalse();
        assertThat(journal.lines()).containsExactly("stage EADDRINUSE");
    }

    @Test
    void theNextListenHasAnOutcomeOfItsOwn() {
        server.listen(taken());
        note(server.listening(), "first");
        until("first EADDRINUSE");
        note(server.listening(), "second");
        server.listen(IpAddress.loopback(0));
        until("second true");
        assertThat(journal.lines()).containsExactly("first EADDRINUSE", "second true");
    }

    @Test
    void aStageThatNothingWaitsForLeavesTheFailureToTheLoop() {
        server.listen(taken());
        assertThat(server.listening() == server.listening()).isTrue();
        assertThatThrownBy(() -> loop.run(RunMode.DEFAULT)).hasStackTraceContaining("EADDRINUSE");
    }

    @Test
    void withAListenerForErrorsTheStageMayBeForgotten() {
        server.onError(error -> journal.add("listener " + code(error)));
        server.listen(taken());
        assertThat(server.listening() == server.listening()).isTrue();
        assertThat(loop.run(RunMode.DEFAULT)).isFalse();
        assertThat(journal.lines()).containsExactly("listener EADDRINUSE");
    }

    @Test
    void aServerThatIsClosedBeforeFailsItAndThatIsNoNews() {
        note(server.listening(), "waiting");
        server.listen(IpAddress.loopback(0)).close();
        assertThat(loop.run(RunMode.DEFAULT)).isFalse();
        note(server.listening(), "after");
        assertThat(loop.run(RunMode.DEFAULT)).isFalse();
        NetServer forgotten = NetServer.create(loop);
        assertThat(forgotten.listening() == forgotten.listening()).isTrue();
        forgotten.close();
        assertThat(loop.run(RunMode.DEFAULT)).isFalse();
        String closed = " the server was closed before it listened";
        assertThat(journal.lines()).containsExactly("waiting" + closed, "after" + closed);
    }
}
