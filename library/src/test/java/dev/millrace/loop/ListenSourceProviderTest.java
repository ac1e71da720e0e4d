package dev.millrace.loop;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.testing.ChildJvm;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Where a loop's listeners get their sockets from before the program has said anything. */
class ListenSourceProviderTest {
    // @start region="provider"
    /** Named in META-INF/services, or provided by a module. */
    public static final class Refusing extends ListenSource.Provider {
        @Override
        public String name() {
            return "refusing";
        }

        @Override
        public ListenSource source(Loop loop) {
            return attempt -> attempt.failed(new IOException("nothing listens here"));
        }
    }

    // @end region="provider"

    /** Prints what the first source of a loop is. */
    static final class Program {
        public static void main(String[] arguments) {
            try (Loop loop = Loop.create()) {
                System.out.println(loop.listenSource() == ListenSource.OWN ? "own" : "other");
            } catch (IllegalStateException e) {
                System.out.println(e.getMessage());
            }
        }
    }

    private static String asked(String value) throws IOException, InterruptedException {
        List<String> command =
                new ArrayList<>(List.of("env", ListenSource.Provider.VARIABLE + "=" + value));
        command.addAll(ChildJvm.command(Program.class));
        return ChildJvm.run(command).output().strip();
    }

    @Test
    void theEnvironmentNamesIt() throws IOException, InterruptedException {
        assertThat(asked("")).isEqualTo("own");
        assertThat(asked("cluster")).as("no worker").isEqualTo("own");
        assertThat(asked("nonsense"))
                .contains("MILLRACE_LISTEN_SOURCE asks for the provider nonsense")
                .contains("unset it");
        assertThat(new Refusing().name()).isEqualTo("refusing");
    }
}
