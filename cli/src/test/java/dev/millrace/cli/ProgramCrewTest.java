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
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Processes of a program that are started again, and replaced: shells. */
@Tag("epoll")
class ProgramCrewTest implements ProgramCrew.Listener {
    @TempDir Path folder;
    private final Loop loop = Loop.create();
    private final List<String> events = new ArrayList<>();
    private int settled;

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
                        Duration.ofMillis(50),
                        Duration.ofMillis(300));
        ProgramCrew crew = new ProgramCrew(loop, plan, new LinkedHashMap<>(), this);
        crew.begin();
        return crew;
    }

    private void write(String script) throws IOException {
        Files.writeString(folder.resolve("script"), script);
    }

    private void reload(ProgramCrew crew) {
        crew.reload((count, why) -> events.add("replaced " + count + " " + why.orElse("")));
    }

    private void end(ProgramCrew crew) {
        crew.end(Duration.ofSeconds(10));
        until("the end", crew::isOver);
        assertThat(loop.isAlive()).isFalse();
    }

    @Test
    void whatEndsIsStartedAgainUnlessItEndsWell() throws IOException {
        Path once = folder.resolve("once");
        ProgramCrew crew = crew(1, "[ -e " + once + " ] && exit 0; touch " + once + "; exit 3");
        until("both", () -> events.size() == 2);
        assertThat(events).containsExactly("ended 3", "ended 0");
        assertThat(crew.isOver()).isTrue();
    }

    @Test
    void allAreReplacedOneAfterTheOther() throws IOException {
        ProgramCrew crew = crew(2, "exec sleep 1000");
        until("both serve", () -> settled == 2);
        reload(crew);
        reload(crew);
        assertThat(events)
                .containsExactly("replaced 0 another reload is under way; wait for its end");
        until("replaced", () -> events.contains("replaced 2 "));
        assertThat(crew.count()).as("each has left").isEqualTo(2);
        end(crew);
        assertThat(events).as("nothing has ended by itself").hasSize(2);
    }

    @Test
    void aNewOneThatEndsLeavesTheOldOne() throws IOException {
        ProgramCrew crew = crew(1, "exec sleep 1000");
        until("it serves", () -> settled == 1);
        write("exit 4");
        reload(crew);
        until("the failure", () -> !events.isEmpty());
        assertThat(events)
                .containsExactly("replaced 0 a new process ended with status 4 before it served");
        assertThat(crew.isOver()).isFalse();
        end(crew);
    }

    @Test
    void whatDoesNotEndInTimeIsKilled() throws IOException {
        ProgramCrew crew = crew(1, "trap '' TERM; exec sleep 1000");
        until("it serves", () -> settled == 1);
        write("exec sleep 1000");
        reload(crew);
        until("replaced all the same", () -> events.contains("replaced 1 "));
        assertThat(events).as("nothing has ended by itself").hasSize(1);
        end(crew);
    }
}
