package dev.millrace.cli;

import static org.assertj.core.api.Assertions.assertThat;

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
import java.util.Optional;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Processes of a program that are started again, and replaced: shells. */
@Tag("epoll")
class ProgramCrewTest implements ProgramCrew.Listener {
    private static final String STUBBORN =
            "trap '' TERM; touch $(dirname $0)/stubborn; exec sleep 1000";

    @TempDir Path folder;
    private final Loop loop = Loop.create();
    private final List<String> events = new ArrayList<>();
    private int settled;
    private int overs;

    @AfterEach
    void close() {
        loop.close();
    }

    @Override
    public void ended(ProgramMember member, ChildExit exit) {
        events.add("ended " + exit.status());
    }

    @Override
    public void settled() {
        settled++;
    }

    @Override
    public void failed(IOException error) {
        events.add("failed " + error.getMessage());
    }

    @Override
    public void over() {
        overs++;
    }

    private void until(String what, BooleanSupplier condition) {
        long deadline = System.nanoTime() + RunningServer.DEADLINE.toNanos();
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime()).as(what + " in " + events).isLessThan(deadline);
            loop.run(RunMode.NOWAIT);
        }
    }

    /** A crew whose processes run the script in a file, which may change. */
    private ProgramCrew crew(int workers, String script) throws IOException {
        write(script);
        ProgramPlan plan =
                new ProgramPlan(
                        List.of("sh", folder.resolve("script").toString()),
                        new LinkedHashMap<>(),
                        workers,
                        List.of(),
                        Optional.empty(),
                        Duration.ofMillis(50),
                        Duration.ofMillis(300));
        ProgramCrew crew = new ProgramCrew(loop, plan, new LinkedHashMap<>(), this);
        crew.begin();
        return crew;
    }

    /** The script takes no SIGTERM from now on. */
    private void untilStubborn() {
        until("it is stubborn", () -> Files.exists(folder.resolve("stubborn")));
    }

    private void write(String script) throws IOException {
        Files.writeString(folder.resolve("script"), script);
    }

    private void reload(ProgramCrew crew) {
        crew.reload(done -> events.add(done.text() + ", " + done.killed() + " killed"));
    }

    private void end(ProgramCrew crew) {
        crew.end(Duration.ofSeconds(10));
        until("the end", crew::isOver);
        assertThat(overs).isEqualTo(1);
        assertThat(loop.isAlive()).isFalse();
    }

    @Test
    void whatEndsIsStartedAgainUnlessItEndsWell() throws IOException {
        Path once = folder.resolve("once");
        ProgramCrew crew = crew(1, "[ -e " + once + " ] && exit 0; touch " + once + "; exit 3");
        until("both", () -> events.size() == 2);
        assertThat(events).containsExactly("ended 3", "ended 0");
        assertThat(crew.isOver()).isTrue();
        assertThat(overs).as("told once").isEqualTo(1);
    }

    @Test
    void allAreReplacedOneAfterTheOther() throws IOException {
        ProgramCrew crew = crew(2, "exec sleep 1000");
        until("both serve", () -> settled == 2);
        reload(crew);
        assertThat(crew.isReloading()).isTrue();
        until("replaced", () -> !events.isEmpty());
        assertThat(events).containsExactly("reloaded; 2 of 2 replaced, 0 killed");
        assertThat(crew.isReloading()).isFalse();
        assertThat(crew.members())
                .as("each has left")
                .extracting(ProgramMember::id)
                .containsExactly(3, 4);
        end(crew);
        assertThat(events).as("nothing has ended by itself").hasSize(1);
    }

    /** Files may have changed meanwhile. */
    @Test
    void whatIsAskedForDuringAReloadBeginsBehindItOnce() throws IOException {
        ProgramCrew crew = crew(1, "exec sleep 1000");
        until("it serves", () -> settled == 1);
        reload(crew);
        reload(crew);
        reload(crew);
        until("all are told", () -> events.size() == 3);
        assertThat(events).containsOnly("reloaded; 1 of 1 replaced, 0 killed");
        assertThat(crew.members()).extracting(ProgramMember::id).containsExactly(3);
        end(crew);
    }

    @Test
    void theEndIsToldToThoseThatWaitForAReload() throws IOException {
        ProgramCrew crew = crew(1, "exec sleep 1000");
        until("it serves", () -> settled == 1);
        reload(crew);
        reload(crew);
        end(crew);
        reload(crew);
        assertThat(events)
                .hasSize(3)
                .containsOnly(
                        "the reload ended early: the program ends; 0 of 1 replaced, 0 killed");
    }

    @Test
    void nothingIsWaitedForWhenTheLastOneRests() throws IOException {
        ProgramCrew crew = crew(1, "exit 3");
        until("it rests", () -> !events.isEmpty());
        assertThat(overs).as("another one is to come").isZero();
        crew.end(Duration.ofSeconds(10));
        assertThat(crew.isOver()).isTrue();
        assertThat(overs).isEqualTo(1);
        loop.run(RunMode.NOWAIT);
        assertThat(loop.isAlive()).isFalse();
    }

    @Test
    void theNearerLimitCounts() throws IOException {
        ProgramCrew crew = crew(1, STUBBORN);
        untilStubborn();
        crew.end(Duration.ofHours(1));
        crew.end(Duration.ofMillis(20));
        crew.end(Duration.ofHours(2));
        until("the end", crew::isOver);
        assertThat(crew.killedCount()).isEqualTo(1);
    }

    @Test
    void aNewOneThatEndsLeavesTheOldOne() throws IOException {
        ProgramCrew crew = crew(1, "exec sleep 1000");
        until("it serves", () -> settled == 1);
        write("exit 4");
        reload(crew);
        until("the failure", () -> !events.isEmpty());
        assertThat(events)
                .containsExactly(
                        "the reload ended early: a new process ended with status 4 before it"
                                + " served; 0 of 1 replaced, 0 killed");
        assertThat(crew.isOver()).isFalse();
        end(crew);
    }

    @Test
    void whatDoesNotEndInTimeIsKilled() throws IOException {
        ProgramCrew crew = crew(1, STUBBORN);
        untilStubborn();
        write("exec sleep 1000");
        reload(crew);
        until("replaced all the same", () -> !events.isEmpty());
        assertThat(events).containsExactly("reloaded; 1 of 1 replaced, 1 killed");
        end(crew);
    }
}
