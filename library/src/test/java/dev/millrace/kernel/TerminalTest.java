package dev.millrace.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.driver.Driver;
import dev.millrace.driver.DriverContract;
import dev.millrace.loop.DriverLoops;
import dev.millrace.sys.Libc;
import dev.millrace.sys.Linux;
import dev.millrace.sys.PseudoTerminal;
import dev.millrace.testing.Kernel;
import java.io.IOException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** A pseudo terminal, by its {@link Terminal} and as a port of the epoll driver. */
@Tag("epoll")
class TerminalTest extends DriverContract {
    private final Libc libc = new Libc();
    private PseudoTerminal pty;

    @Override
    protected Driver open() {
        return DriverLoops.open();
    }

    @BeforeEach
    void openTerminal() {
        pty = PseudoTerminal.open(libc);
    }

    @AfterEach
    void closeTerminal() {
        pty.close(libc);
        libc.close();
    }

    @Test
    void itsKindIsFoundOut() throws IOException {
        assertThat(DescriptorKind.of(pty.terminal())).isEqualTo(DescriptorKind.TERMINAL);
        int file = libc.open("/dev/null", Linux.O_RDONLY);
        assertThat(DescriptorKind.of(file)).isEqualTo(DescriptorKind.FILE);
        assertThatThrownBy(() -> Terminal.of(file)).hasMessageContaining("ENOTTY");
        libc.close(file);
        assertThatThrownBy(() -> Terminal.of(file)).hasMessageContaining("EBADF");
        assertThatThrownBy(() -> DescriptorKind.of(file)).hasMessageContaining("EBADF");
    }

    @Test
    void itsWindowHasASize() throws IOException {
        pty.resize(libc, 50, 132);
        assertThat(Terminal.of(pty.terminal()).size()).isEqualTo(new Terminal.Size(132, 50));
    }

    @Test
    @Tag("epoll")
    void rawModeHandsOverEachKeyUnseenAndIsTakenBack() throws IOException {
        try (Terminal terminal = Terminal.of(pty.terminal())) {
            terminal.raw();
            terminal.raw();
            assertThat(terminal.isRaw()).isTrue();
            String name = "Terminal[descriptor " + pty.terminal();
            assertThat(terminal).hasToString(name + ", raw]");
            pty.type(libc, "k\u0003");
            byte[] keys = new byte[10];
            assertThat(libc.read(pty.terminal(), keys, 0, 1)).isEqualTo(1);
            assertThat(libc.read(pty.terminal(), keys, 1, 1)).isEqualTo(1);
            assertThat(keys).startsWith('k', 3);
            terminal.restore();
            terminal.restore();
            assertThat(terminal.isRaw()).isFalse();
            pty.type(libc, "seen");
            assertShown("seen");
        }
    }

    /** As standard input and standard output mostly are: one terminal, known to two streams. */
    @Test
    @Tag("epoll")
    void rawModeLastsUntilNobodyWantsItAnyMore() throws IOException {
        String before = pty.settings();
        try (Terminal input = Terminal.of(pty.terminal());
                Terminal output = Terminal.of(pty.terminal())) {
            for (int round = 0; round < 2; round++) {
                input.raw();
                String raw = pty.settings();
                output.raw();
                input.restore();
                assertThat(input.isRaw()).isFalse();
                assertThat(output.isRaw()).isTrue();
                assertThat(pty.settings()).isEqualTo(raw).isNotEqualTo(before);
                output.restore();
                assertThat(output.isRaw()).isFalse();
                assertThat(pty.settings()).isEqualTo(before);
            }
        }
    }

    @Test
    void whatCantBeMadeRawStaysAsItIsAndMayBeTriedAgain() throws IOException {
        int other = libc.fcntl(pty.terminal(), Linux.F_DUPFD_CLOEXEC, 0);
        try (Terminal terminal = Terminal.of(other)) {
            libc.close(other);
            for (int attempt = 0; attempt < 2; attempt++) {
                assertThatThrownBy(terminal::raw).hasMessageContaining("EBADF");
                assertThat(terminal.isRaw()).isFalse();
            }
        }
    }

    /** The kernel hands over what is shown on a thread of its own. */
    private void assertShown(String text) {
        StringBuilder shown = new StringBuilder();
        Kernel.await("all of it", () -> shown.append(pty.shown(libc)).length() >= text.length());
        assertThat(shown).hasToString(text);
    }

    @Test
    @Tag("B3")
    @Tag("epoll")
    void theLoopReadsLinesAndWritesAndTheFlagsStay() throws IOException {
        End end = new End(driver.open(pty.terminal())).read();
        pty.type(libc, "unfinished");
        settle();
        assertThat(end.seen).isEmpty();
        pty.type(libc, " line\n");
        expect("the line", () -> end.text().equals("unfinished line\n"));
        assertShown("unfinished line\r\n");
        end.send("shown\n");
        assertShown("shown\r\n");
        assertThat(Kernel.flags(pty.terminal()) & Linux.O_NONBLOCK).isZero();
        pty.type(libc, "\u0004");
        expect(end, "end");
    }

    @Test
    @Tag("epoll")
    void aHangUpIsItsEnd() throws IOException {
        End end = new End(driver.open(pty.terminal())).read();
        poll();
        libc.close(pty.master());
        expect(end, "end");
    }

    /** The kernel says EIO there. */
    @Test
    @Tag("epoll")
    void theMasterOfATerminalThatIsClosedEnds() throws IOException {
        int setFlags = 4;
        libc.fcntl(pty.master(), setFlags, 2 | Linux.O_NONBLOCK);
        End end = new End(driver.open(pty.master())).read();
        poll();
        libc.close(pty.terminal());
        expect("the end", () -> !end.seen.isEmpty());
        assertThat(end.seen).containsExactly("end");
    }

    /** To open a master again would make another terminal. */
    @Test
    @Tag("epoll")
    void aBlockingMasterIsRefused() {
        int master = libc.open("/dev/ptmx", Linux.O_NOCTTY | 2);
        assertThatThrownBy(() -> driver.open(master)).hasMessageContaining("EINVAL");
        libc.close(master);
    }
}
