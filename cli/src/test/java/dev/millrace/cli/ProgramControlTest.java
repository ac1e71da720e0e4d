package dev.millrace.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.cluster.ControlClient;
import dev.millrace.cluster.ControlServer;
import dev.millrace.ipc.ChildExit;
import dev.millrace.loop.Loop;
import dev.millrace.loop.RunMode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Processes of a program that are asked and told over a control socket: shells. */
@Tag("epoll")
class ProgramControlTest implements ProgramCrew.Listener {
    private static final String STUBBORN =
            "trap '' TERM; touch $(dirname $0)/stubborn; exec sleep 1000";

    @TempDir Path folder;
    private final Loop loop = Loop.create();
    private final List<Optional<Duration>> stops = new ArrayList<>();
    private ControlServer control;
    private int settled;

    @AfterEach
    void close() {
        loop.close();
    }

    @Override
    public void ended(ProgramMember member, ChildExit exit) {}

    @Override
    public void settled() {
        settled++;
    }

    @Override
    public void failed(IOException error) {
        throw new AssertionError(error);
    }

    @Override
    public void over() {
        control.close();
    }

    private void until(String what, BooleanSupplier condition) {
        long deadline = System.nanoTime() + RunningServer.DEADLINE.toNanos();
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime()).as(what).isLessThan(deadline);
            loop.run(RunMode.NOWAIT);
        }
    }

    private ProgramCrew crew(int workers) throws IOException {
        write("exec sleep 1000");
        ProgramPlan plan =
                new ProgramPlan(
                        List.of("sh", folder.resolve("script").toString()),
                        new LinkedHashMap<>(),
                        workers,
                        List.of(),
                        Optional.empty(),
                        Duration.ofMillis(50),
                        Duration.ofSeconds(10));
        ProgramCrew crew = new ProgramCrew(loop, plan, new LinkedHashMap<>(), this);
        List<String> addresses = List.of("tcp://127.0.0.1:80", "unix:/a b");
        ProgramControl controlled =
                new ProgramControl(
                        loop,
                        crew,
                        addresses,
                        limit -> {
                            stops.add(limit);
                            crew.end(limit.orElse(Duration.ofSeconds(10)));
                        });
        control = ControlServer.listen(loop, path(), controlled);
        crew.begin();
        until("they serve", () -> settled == workers && Files.exists(path()));
        return crew;
    }

    /** The script takes no SIGTERM from now on. */
    private void untilStubborn() {
        until("it is stubborn", () -> Files.exists(folder.resolve("stubborn")));
    }

    private void write(String script) throws IOException {
        Files.writeString(folder.resolve("script"), script);
    }

    private Path path() {
        return folder.resolve("control");
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
    void whatIsKnownOfEachProcessIsListed() throws IOException {
        ProgramCrew crew = crew(2);
        List<Map<String, String>> lines = told("ps");
        assertThat(lines).extracting(line -> line.get("id")).containsExactly("1", "2");
        assertThat(lines)
                .extracting(line -> line.get("pid"))
                .containsExactlyElementsOf(
                        crew.members().stream().map(member -> "" + member.pid()).toList());
        assertThat(lines).allMatch(line -> line.get("state").equals("online"));
        assertThat(lines.getFirst().keySet())
                .containsExactly("id", "pid", "state", "uptime_ms", "rss_bytes");
        assertThat(Long.parseLong(lines.getFirst().get("rss_bytes"))).isPositive();
        assertThat(Long.parseLong(lines.getFirst().get("uptime_ms"))).isPositive();
        List<Map<String, String>> status = told("status");
        assertThat(status.getFirst())
                .containsEntry("pid", "" + ProcessHandle.current().pid())
                .containsEntry("state", "running")
                .containsEntry("workers", "2")
                .containsEntry("running", "2")
                .containsEntry("killed", "0");
        assertThat(status.subList(1, 3))
                .containsExactly(
                        Map.of("listens", "tcp://127.0.0.1:80"), Map.of("listens", "unix:/a b"));
        assertThat(told("stop")).isEmpty();
        assertThat(stops).containsExactly(Optional.empty());
    }

    @Test
    void aReloadIsToldWhenItIsDoneAndWhyItIsNot() throws IOException {
        ProgramCrew crew = crew(1);
        var reload = ask("reload");
        until("it begins", crew::isReloading);
        assertThat(told("status").getFirst()).containsEntry("state", "reloading");
        until("it is done", reload::isDone);
        Map<String, String> done = reload.join().getFirst();
        assertThat(done).containsEntry("replaced", "1").containsEntry("killed", "0");
        assertThat(Long.parseLong(done.get("took_ms"))).isGreaterThanOrEqualTo(50);
        write("exit 4");
        var failed = ask("reload");
        until("it is done", failed::isDone);
        assertThat(failed.exceptionNow())
                .hasMessageContaining("ended with status 4 before it served; 0 of 1 replaced");
        var replace = ask("replace");
        until("a response", replace::isDone);
        assertThat(replace.exceptionNow()).hasMessageContaining("use reload");
        assertThat(told("stop")).isEmpty();
    }

    @Test
    void theEndIsToldWhenTheLastProcessIsGone() throws IOException {
        ProgramCrew crew = crew(1);
        write(STUBBORN);
        assertThat(told("reload").getFirst()).containsEntry("replaced", "1");
        untilStubborn();
        var stop = ask("stop 3600000");
        until("asked", () -> !stops.isEmpty());
        assertThat(told("status").getFirst()).containsEntry("state", "stopping");
        assertThat(told("ps").getFirst()).containsEntry("state", "leaving");
        assertThat(stop).isNotDone();
        assertThat(told("stop 20")).isEmpty();
        assertThat(crew.isOver()).isTrue();
        until("both are told", stop::isDone);
        assertThat(stops)
                .containsExactly(
                        Optional.of(Duration.ofHours(1)), Optional.of(Duration.ofMillis(20)));
        until("the file is removed", () -> !Files.exists(path()));
    }
}
