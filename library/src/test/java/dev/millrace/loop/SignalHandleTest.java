package dev.millrace.loop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.sys.JvmSignals;
import dev.millrace.testing.ChildJvm;
import dev.millrace.testing.Journal;
import dev.millrace.testing.LoopFixture;
import java.io.BufferedReader;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Sends signals to this process, but only such as somebody watches at the time. */
class SignalHandleTest {
    private final JvmSignals signals = JvmSignals.open();
    private final Loop loop = Loop.create();
    private final Journal journal = new Journal();
    private final SignalHandle handle = new SignalHandle(loop);

    @AfterEach
    void close() {
        loop.close();
    }

    private void turnUntil(String line, int times) {
        LoopFixture.turnUntil(loop, line, () -> journal.count(line) == times);
    }

    @Test
    void aSignalIsToldOnTheLoopsThreadEachTime() {
        handle.start("SIGUSR1", name -> journal.add(name + loop.inLoop()));
        signals.raise("USR1");
        assertThat(journal.lines()).as("not from inside the handler of the JVM").isEmpty();
        turnUntil("USR1true", 1);
        signals.raise("USR1");
        turnUntil("USR1true", 2);
    }

    @Test
    void itHoldsTheLoopUnlessUnreferenced() {
        assertThat(loop.isAlive()).isFalse();
        handle.start("USR1", name -> {});
        assertThat(loop.isAlive()).isTrue();
        handle.unref();
        assertThat(loop.run(RunMode.DEFAULT)).isFalse();
        handle.ref();
        handle.start(
                "USR1",
                name -> {
                    journal.add(name);
                    handle.close();
                });
        signals.raise("USR1");
        assertThat(loop.run(RunMode.DEFAULT)).as("closed, it lets the loop end").isFalse();
        assertThat(journal.lines()).containsExactly("USR1");
    }

    @Test
    void handlesOfSeveralLoopsWatchTheSameSignal() {
        try (LoopFixture other = new LoopFixture()) {
            Journal there = new Journal();
            other.act(() ->
                    new SignalHandle(other.loop())
                            .start("USR1", name -> there.add("" + other.loop().inLoop())));
            handle.start("USR1", name -> journal.add("first"));
            SignalHandle second = new SignalHandle(loop);
            second.start("USR1", name -> journal.add("second"));
            signals.raise("USR1");
            turnUntil("second", 1);
            turnUntil("first", 1);
            there.await("true");
            second.close();
            signals.raise("USR1");
            turnUntil("first", 2);
            there.await("true", 2);
            assertThat(journal.count("second")).isEqualTo(1);
        }
    }

    @Test
    void startOnceStopsBeforeItCallsAndMayBeStartedAgain() {
        handle.startOnce(
                "USR1",
                name -> {
                    journal.add("active " + handle.isActive());
                    if (journal.lines().size() == 1) {
                        handle.startOnce("USR1", again -> journal.add("again"));
                    }
                });
        SignalHandle keeper = new SignalHandle(loop);
        keeper.start("USR1", name -> journal.add("keeper"));
        for (int i = 1; i <= 3; i++) {
            signals.raise("USR1");
            turnUntil("keeper", i);
        }
        turnUntil("again", 1);
        assertThat(journal.lines())
                .containsExactlyInAnyOrder("active false", "again", "keeper", "keeper", "keeper");
    }

    @Test
    void afterAStopNothingIsToldNotEvenWhatHasCome() {
        SignalHandle witness = new SignalHandle(loop);
        handle.start("USR1", name -> journal.add("never"));
        witness.start(
                "USR1",
                name -> {
                    journal.add("witness");
                    handle.stop();
                });
        // Started anew behind the witness: when that one is told, its own signal has come already.
        handle.stop();
        handle.start("USR1", name -> journal.add("never"));
        signals.raise("USR1");
        turnUntil("witness", 1);
        loop.run(RunMode.NOWAIT);
        assertThat(journal.lines()).containsExactly("witness");
    }

    @Test
    void theHandlerThatWasThereBeforeComesBack() {
        Journal before = new Journal();
        Object first = signals.handle("USR1", before.line("before"));
        try {
            handle.start("USR1", name -> journal.add(name));
            SignalHandle second = new SignalHandle(loop);
            second.start("USR1", name -> {});
            signals.raise("USR1");
            turnUntil("USR1", 1);
            handle.close();
            second.stop();
            signals.raise("USR1");
            before.await("before");
            assertThat(journal.lines()).containsExactly("USR1");
        } finally {
            signals.restore("USR1", first);
        }
    }

    @Test
    void aClosedLoopLeavesItsSignals() {
        Journal before = new Journal();
        Object first = signals.handle("USR1", before.line("before"));
        try {
            handle.start("USR1", name -> journal.add(name));
            loop.close();
            signals.raise("USR1");
            before.await("before");
            assertThat(journal.lines()).isEmpty();
        } finally {
            signals.restore("USR1", first);
        }
    }

    @Test
    void aHandleCanGoOverToAnotherSignal() {
        SignalHandle keeper = new SignalHandle(loop);
        keeper.start("USR1", name -> journal.add("keeper"));
        handle.start("USR1", name -> journal.add("one " + name));
        handle.start("SIGWINCH", name -> journal.add("two " + name));
        signals.raise("USR1");
        turnUntil("keeper", 1);
        signals.raise("WINCH");
        turnUntil("two WINCH", 1);
        assertThat(journal.lines()).containsExactly("keeper", "two WINCH");
    }

    @ParameterizedTest
    @CsvSource({
        "KILL, no process can catch SIGKILL",
        "SIGSTOP, no process can catch SIGSTOP",
        "usr2, SIGUSR2 belongs to HotSpot",
        "SEGV, SIGSEGV can't be watched",
        "NONSENSE, SIGNONSENSE can't be watched"
    })
    void whatAProgramCannotHaveIsRefused(String signal, String message) {
        assertThatThrownBy(() -> handle.start(signal, name -> {}))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(message);
        assertThat(handle.isActive()).isFalse();
    }

    @Test
    void aClosedHandleCannotBeStarted() {
        handle.close();
        assertThatThrownBy(() -> handle.start("USR1", name -> {}))
                .isInstanceOf(IllegalStateException.class);
    }

    @Test
    void whatAListenerThrowsIsUncaught() {
        loop.onUncaught(thrown -> journal.add(String.valueOf(thrown.getMessage())));
        handle.start(
                "USR1",
                name -> {
                    throw new IllegalStateException("mine");
                });
        signals.raise("USR1");
        turnUntil("mine", 1);
        assertThat(handle.isActive()).as("the handle goes on").isTrue();
    }

    /** What the children do. */
    static final class Program {
        public static void main(String[] arguments) {
            Loop.run(loop -> {
                SignalHandle handle = new SignalHandle(loop);
                try {
                    handle.startOnce(arguments[0], name -> System.out.println("got " + name));
                    System.out.println("ready");
                } catch (IllegalArgumentException | UnsupportedOperationException e) {
                    System.out.println(e.getMessage());
                }
            });
        }
    }

    @Test
    void killFromOutsideReachesAChildWhichThenEndsByItself() throws Exception {
        Process child = new ProcessBuilder(ChildJvm.archived(Program.class, "TERM")).start();
        try (BufferedReader out = child.inputReader()) {
            assertThat(out.readLine()).isEqualTo("ready");
            assertThat(child.toHandle().destroy()).isTrue();
            assertThat(out.readLine()).isEqualTo("got TERM");
            assertThat(child.waitFor()).isZero();
        } finally {
            child.destroyForcibly();
        }
    }

    private static String childWith(String option, String signal) throws Exception {
        List<String> command = new ArrayList<>(ChildJvm.archived(Program.class, signal));
        command.add(1, option);
        return ChildJvm.run(command).output();
    }

    @Test
    void underXrsTheErrorSaysSo() throws Exception {
        assertThat(childWith("-Xrs", "TERM"))
                .startsWith("SIGTERM can't be watched")
                .contains("-Xrs");
    }

    @Test
    void withoutTheModuleTheErrorNamesIt() throws Exception {
        assertThat(childWith("--limit-modules=java.base", "TERM"))
                .contains("--add-modules jdk.unsupported");
    }
}
