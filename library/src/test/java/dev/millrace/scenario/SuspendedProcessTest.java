package dev.millrace.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.loop.Loop;
import dev.millrace.testing.ChildJvm;
import dev.millrace.testing.Kernel;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** A process that is stopped for many of its timers' intervals. */
class SuspendedProcessTest {
    private static final long STOPPED_NANOS = Duration.ofMillis(800).toNanos();

    /** What the child does: it tells each tick and the time since the one before. */
    static final class Program {
        public static void main(String[] arguments) {
            Loop.run(loop -> {
                long[] last = {System.nanoTime()};
                loop.setInterval(
                        Duration.ofMillis(100),
                        () -> {
                            long now = System.nanoTime();
                            System.out.println((now - last[0]) / 1_000_000);
                            last[0] = now;
                        });
            });
        }
    }

    @Test
    @Tag("X74")
    @Tag("faults")
    void itsTimersFireOnceWhenItGoesOn() throws Exception {
        Process child = new ProcessBuilder(ChildJvm.command(Program.class)).start();
        try (BufferedReader out = child.inputReader()) {
            out.readLine();
            out.readLine();
            kill("-STOP", child);
            Kernel.await("stopped", () -> state(child) == 'T');
            long start = System.nanoTime();
            Kernel.await("long enough", () -> System.nanoTime() - start > STOPPED_NANOS);
            kill("-CONT", child);
            int millis = 0;
            while (millis < 700) {
                millis = Integer.parseInt(out.readLine());
            }
            assertThat(Integer.parseInt(out.readLine()))
                    .as("the ticks that did not happen are not made up for")
                    .isGreaterThan(50);
        } finally {
            child.destroyForcibly();
        }
    }

    private static void kill(String signal, Process child) throws Exception {
        assertThat(new ProcessBuilder("kill", signal, "" + child.pid()).start().waitFor()).isZero();
    }

    private static char state(Process child) {
        try {
            String stat = Files.readString(Path.of("/proc/" + child.pid() + "/stat"));
            return stat.charAt(stat.lastIndexOf(')') + 2);
        } catch (IOException gone) {
            return 'X';
        }
    }
}
