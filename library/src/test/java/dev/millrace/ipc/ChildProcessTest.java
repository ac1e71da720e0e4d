package dev.millrace.ipc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.kernel.Descriptor;
import dev.millrace.kernel.IpAddress;
import dev.millrace.kernel.UnixAddress;
import dev.millrace.loop.Loop;
import dev.millrace.net.NetServer;
import dev.millrace.net.NetSocket;
import dev.millrace.sys.Libc;
import dev.millrace.sys.Linux;
import dev.millrace.testing.ChildJvm;
import dev.millrace.testing.Journal;
import dev.millrace.testing.Kernel;
import dev.millrace.testing.LoopFixture;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Children that are JVMs, few of them: each costs a third of a second. */
@Tag("epoll")
class ChildProcessTest {
    private final Loop loop = Loop.create();
    private final Journal journal = new Journal();

    @AfterEach
    void close() {
        loop.close();
    }

    private void until(String line) {
        LoopFixture.pollUntil(loop, line + " in " + journal.lines(), () -> journal.count(line) > 0);
    }

    private ChildProcess fork(ChildOptions options) {
        return ChildProcess.fork(loop, options)
                .onConnect(journal.line("connected"))
                .onMessage(message -> {
                    journal.add(message.text());
                    message.take().forEach(one -> ((Passable.Open) one).descriptor().close());
                })
                .onDisconnect(journal.line("disconnected"))
                .onError(error -> journal.add("error " + error.getMessage()))
                .onExit(exit -> journal.add("exit " + exit.status() + " " + exit.signal()));
    }

    private static ChildOptions jvm() {
        return ChildOptions.DEFAULTS
                .withCommand(ChildJvm.archived(ChildProgram.class))
                .withEnvironment(Map.of("SECRET", "known"));
    }

    @Test
    @Tag("L1")
    @Tag("L7")
    @Tag("G16")
    @Tag("X97")
    void messagesAndSocketsGoBothWaysAndNothingElse() throws IOException {
        try (Libc libc = new Libc()) {
            // Not closed on exec: a child that inherits would have it.
            int leaky = libc.open("/dev/zero", Linux.O_RDONLY);
            ChildProcess child = fork(jvm());
            assertThat(child.send("first")).as("it waits").isFalse();
            until("first");
            long pid = child.pid().orElseThrow();
            assertThat(journal.lines()).startsWith("connected", "hello " + pid, "first");
            child.send("environment");
            until("secret known");
            child.send("descriptors");
            LoopFixture.pollUntil(
                    loop,
                    "descriptors",
                    () -> journal.lines().getLast().startsWith("descriptors "));
            assertThat(journal.lines().getLast())
                    .as("its standard streams, its loop, and the channel")
                    .doesNotContain("/dev/zero")
                    .containsOnlyOnce("socket");
            Descriptor zero = Descriptor.of(leaky);
            child.send("back", List.of(Passable.of(zero)), error -> journal.add("sent " + error));
            until("sent null");
            until("outcome null");
            assertThat(zero.isOpen()).isFalse();
            NetServer server = NetServer.create(loop);
            server.onConnection(socket ->
                            child.send("serve", List.of(Passable.of(socket)), error -> {}))
                    .listen(IpAddress.loopback(0))
                    .onListening(() -> client(server));
            until("served by " + pid);
            server.close();
            child.send("disconnect");
            until("disconnected");
            until("exit 0 OptionalInt.empty");
            assertThat(journal.lines().stream().filter(line -> line.startsWith("exit"))).hasSize(1);
        }
    }

    private void client(NetServer server) {
        NetSocket.connect(loop, server.address().orElseThrow())
                .onData(data -> journal.add(StandardCharsets.UTF_8.decode(data).toString()));
    }

    @Test
    @Tag("X94")
    void aCrashGivesBackWhatWasPassedAndIsToldOnce() throws IOException {
        try (Libc libc = new Libc()) {
            Descriptor sent = Descriptor.of(libc.open("/dev/zero", Linux.O_RDONLY));
            ChildProcess child = fork(jvm());
            until("connected");
            new ProcessBuilder("kill", "-STOP", "" + child.pid().orElseThrow()).start();
            child.send(
                    "back",
                    List.of(Passable.of(sent)),
                    error -> journal.add("sent " + error.getMessage()));
            child.kill();
            until("sent send EPIPE");
            until("exit 137 OptionalInt[9]");
            assertThat(sent.isOpen()).isTrue();
            assertThat(child.isAlive()).isFalse();
            child.send(
                    "late",
                    List.of(Passable.of(sent)),
                    error -> journal.add("late " + error.getMessage()));
            until("late send EPIPE");
            sent.close();
            assertThat(Kernel.descriptors("/dev/zero")).isEmpty();
        }
    }

    @Test
    @Tag("L1")
    void theChildEndsWithTheChannelUnlessItStays() {
        ChildProcess child = fork(jvm());
        child.send("x");
        until("x");
        child.disconnect();
        until("exit 129 OptionalInt[1]");
        assertThat(child.isConnected()).isFalse();
    }

    @Test
    @Tag("X91")
    void whatCantBeStartedIsAnError() {
        ChildProcess child = fork(ChildOptions.DEFAULTS.withCommand(List.of("/no/such/program")));
        LoopFixture.pollUntil(loop, "an error", () -> !journal.lines().isEmpty());
        assertThat(journal.lines())
                .singleElement()
                .asString()
                .contains("error", "/no/such/program");
        assertThat(child.isAlive()).isFalse();
        assertThat(child.pid()).isEmpty();
        LoopFixture.pollUntil(loop, "nothing is left", () -> !loop.isAlive());
    }

    @Test
    void aProgramThatDoesNotSpeakIsKilled() {
        fork(
                ChildOptions.DEFAULTS
                        .withCommand(List.of("sleep", "1000"))
                        .withConnectLimit(Duration.ofMillis(1)));
        until("error connect ETIMEDOUT");
        until("exit 137 OptionalInt[9]");
        assertThat(journal.lines()).doesNotContain("connected");
    }

    @Test
    void aStrangerIsTurnedAway() throws IOException {
        Path told = Files.createTempFile("millrace", "env");
        ChildProcess child =
                fork(
                        ChildOptions.DEFAULTS.withCommand(
                                List.of(
                                        "sh",
                                        "-c",
                                        "echo $MILLRACE_CHANNEL $MILLRACE_TOKEN > "
                                                + told
                                                + "; exec sleep 1000")));
        LoopFixture.pollUntil(loop, "told", () -> size(told) > 0 && child.pid().isPresent());
        String[] secrets = Files.readString(told).strip().split(" ");
        Files.delete(told);
        // This process knows the token, and is not the child.
        MessageChannel stranger = MessageChannel.connect(loop, UnixAddress.of(secrets[0]));
        stranger.send(secrets[1]);
        stranger.onClose(journal.line("turned away"));
        until("turned away");
        assertThat(child.isConnected()).isFalse();
        child.kill();
        until("exit 137 OptionalInt[9]");
    }

    private static long size(Path file) {
        try {
            return Files.size(file);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void onlyAChildHasAParent() {
        assertThat(ParentProcess.isThere()).isFalse();
        assertThatThrownBy(() -> ParentProcess.connect(loop))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("ChildProcess.fork");
    }
}
