package dev.millrace.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.loop.Loop;
import dev.millrace.testing.LoopFixture;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A control socket of a program that is no cluster. */
@Tag("epoll")
class ControlServerTest {
    // @start region="controlled"
    /** One process, as an own supervisor may have it. */
    static final class Watched implements Controlled {
        private final Process process;

        Watched(Process process) {
            this.process = process;
        }

        @Override
        public List<Map<String, Object>> ps() {
            String state = process.isAlive() ? "online" : "gone";
            return List.of(Map.of("id", 1, "pid", process.pid(), "state", state));
        }

        @Override
        public List<Map<String, Object>> status() {
            return List.of(Map.of("pid", ProcessHandle.current().pid(), "state", "running"));
        }

        @Override
        public CompletionStage<Map<String, Object>> reload() {
            return CompletableFuture.failedStage(new IOException("it has one process: stop it"));
        }

        @Override
        public CompletionStage<Map<String, Object>> replace() {
            return reload();
        }

        @Override
        public void stop(Optional<Duration> limit) {
            process.destroy();
        }
    }

    // @end region="controlled"

    static ControlServer supervise(Loop loop, Process process) {
        // @start region="server"
        Path path = Path.of("/run/user/1000/own.sock");
        ControlServer control =
                ControlServer.listen(loop, path, new Watched(process))
                        .onError(error -> System.err.println("no control: " + error));
        process.onExit().thenRun(() -> loop.execute(control::close));
        // @end region="server"
        return control;
    }

    @TempDir Path folder;
    private final Loop loop = Loop.create();

    @AfterEach
    void close() {
        loop.close();
    }

    private Path path() {
        return folder.resolve("control");
    }

    private void until(String what, BooleanSupplier condition) {
        LoopFixture.pollUntil(loop, what, condition);
    }

    private CompletableFuture<List<Map<String, String>>> ask(String command) {
        return ControlClient.ask(loop, path(), command).toCompletableFuture();
    }

    private List<Map<String, String>> told(String command) {
        var stage = ask(command);
        until("a response to " + command, stage::isDone);
        return stage.join();
    }

    @Test
    void anySupervisorIsAskedAndTold() throws IOException {
        Process process = new ProcessBuilder("sleep", "1000").start();
        try {
            Watched watched = new Watched(process);
            ControlServer control = ControlServer.listen(loop, path(), watched);
            process.onExit().thenRun(() -> loop.execute(control::close));
            assertThat(control).hasToString("ControlServer[" + path() + "]");
            until("listening", () -> Files.exists(path()));
            Map<String, String> line = told("ps").getFirst();
            assertThat(line).containsEntry("id", "1").containsEntry("pid", "" + process.pid());
            assertThat(Long.parseLong(line.get("rss_bytes"))).isPositive();
            assertThat(told("status").getFirst()).containsEntry("state", "running");
            var refused = ask("reload");
            until("refused", refused::isDone);
            assertThat(refused.exceptionNow()).hasMessageContaining("it has one process: stop it");
            assertThat(told("stop 20")).isEmpty();
            assertThat(process.isAlive()).as("told when it is over").isFalse();
            until("the file is removed", () -> !Files.exists(path()));
            control.close();
        } finally {
            process.destroyForcibly();
        }
    }

    @Test
    void aFailureBehindAnotherStageIsToldInItsOwnWords() {
        AtomicReference<Optional<Duration>> limit = new AtomicReference<>(Optional.empty());
        Controlled failing =
                new Controlled() {
                    @Override
                    public List<Map<String, Object>> ps() {
                        return List.of();
                    }

                    @Override
                    public List<Map<String, Object>> status() {
                        return List.of();
                    }

                    @Override
                    public CompletionStage<Map<String, Object>> reload() {
                        return CompletableFuture.failedStage(
                                new CompletionException(new IOException("two\nlines")));
                    }

                    @Override
                    public CompletionStage<Map<String, Object>> replace() {
                        return CompletableFuture.completedStage(Map.of("pid", 7));
                    }

                    @Override
                    public void stop(Optional<Duration> asked) {
                        limit.set(asked);
                    }
                };
        ControlServer control = ControlServer.listen(loop, path(), failing);
        until("listening", control::isListening);
        assertThat(told("ps")).isEmpty();
        assertThat(told("replace")).containsExactly(Map.of("pid", "7"));
        var reload = ask("reload");
        until("told", reload::isDone);
        assertThat(reload.exceptionNow())
                .hasMessageContaining(": two lines")
                .hasMessageNotContaining("IOException");
        var stop = ask("stop 1500");
        until("asked", () -> limit.get().isPresent());
        assertThat(limit.get()).contains(Duration.ofMillis(1500));
        assertThat(told("status")).isEmpty();
        assertThat(told("status")).as("what came before has had its turns").isEmpty();
        assertThat(stop).as("nothing is over").isNotDone();
        control.close();
        until("told", stop::isDone);
        assertThat(stop.join()).isEmpty();
    }

    @Test
    void thatItCanNotListenIsTold() throws IOException {
        Process process = new ProcessBuilder("true").start();
        Path nowhere = folder.resolve("none/control");
        AtomicReference<IOException> error = new AtomicReference<>();
        ControlServer.listen(loop, nowhere, new Watched(process)).onError(error::set);
        until("told", () -> error.get() != null);
        assertThat(error.get()).hasMessageContaining("EACCES").hasMessageContaining("none/control");
        Path longest = folder.resolve("x".repeat(120));
        assertThatThrownBy(() -> ControlServer.listen(loop, longest, new Watched(process)))
                .isInstanceOf(IllegalArgumentException.class);
        AtomicReference<Throwable> uncaught = new AtomicReference<>();
        loop.onUncaught(uncaught::set);
        ControlServer.listen(loop, nowhere, new Watched(process));
        until("told to the loop", () -> uncaught.get() != null);
    }
}
