package dev.millrace.ipc;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.loop.Loop;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What the Javadoc shows; {@code ChildProcessTest} runs the like. */
class ChildExamplesTest {
    static void parent(Loop loop) {
        // @start region="fork"
        ChildProcess child =
                ChildProcess.fork(
                        loop, ChildOptions.DEFAULTS.withCommand(List.of("java", "Worker.java")));
        child.onMessage(message -> System.out.println("the child says " + message.text()));
        child.onExit(exit -> System.out.println("it ended with " + exit.status()));
        child.send("work");
        // @end region="fork"
    }

    static void child(Loop loop) {
        // @start region="child"
        ParentProcess parent = ParentProcess.connect(loop);
        parent.onMessage(message -> {
            parent.send("done: " + message.text());
            parent.disconnect();
        });
        // @end region="child"
    }

    @Test
    void anExitIsReadAsAShellTellsIt() {
        assertThat(new ChildExit(0).isSuccess()).isTrue();
        assertThat(new ChildExit(1).signal()).isEmpty();
        assertThat(new ChildExit(137).signal()).hasValue(9);
        assertThat(new ChildExit(255).signal()).isEmpty();
    }
}
