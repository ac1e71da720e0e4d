package dev.millrace.epoll;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.driver.Bytes;
import dev.millrace.kernel.KernelOption;
import dev.millrace.sys.Errno;
import dev.millrace.testing.Kernel;
import java.io.IOException;
import java.io.UncheckedIOException;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Descriptors that somebody closes, or takes, behind the back of the driver that serves them. */
@Tag("epoll")
class EpollLostTest extends EpollFixture {
    /** Nothing that is done with a port reaches the next owner of its number. */
    @Test
    @Tag("X72")
    void aLostPortLeavesTheNewOwnerOfItsNumberAlone() {
        End listener = accepting();
        Pair pair = pair(listener);
        poll();
        int number = fd(pair.server());
        libc.close(number);
        End newcomer = newEnd();
        assertThat(fd(newcomer)).isEqualTo(number);
        pair.server().read();
        connect(newcomer, driver.localAddress(listener.port));
        expect(newcomer, "connect 0");
        expect(pair.server(), "read error EBADF");
        assertThat(driver.remoteAddress(pair.server().port)).isNull();
        assertThat(driver.setOption(pair.server().port, KernelOption.NO_DELAY, 1))
                .isEqualTo(-Errno.EBADF);
        assertThat(driver.tryWrite(pair.server().port, Bytes.of("stray"), 0, 5))
                .isEqualTo(-Errno.EBADF);
        assertThat(driver.shutdown(pair.server().port)).isEqualTo(-Errno.EBADF);
        assertThatThrownBy(() -> driver.detach(pair.server().port)).hasMessageContaining("EBADF");
        driver.reset(pair.server().port);
        newcomer.send("mine");
        expect("it is accepted", () -> listener.accepted.size() == 2);
        End server = listener.accepted.getLast().read();
        expect("its bytes", () -> server.text().equals("mine"));
    }

    @Test
    @Tag("X107")
    void closingWhatAnotherHolderHasLeavesTheLoopIdle() throws IOException {
        Pair pair = foreignPair();
        int other = duplicate(fd(pair.client()));
        pair.client().read();
        poll();
        driver.close(pair.client().port);
        pair.server().send("to the other holder");
        assertIdle();
        byte[] array = new byte[100];
        assertThat(libc.recv(other, array, 0, 100)).isEqualTo(19);
        libc.close(other);
    }

    /** Nothing can take it out of the set: there has to be a new set. */
    @Test
    @Tag("X72")
    @Tag("X107")
    void aDescriptorClosedBehindOurBackWhileAnotherHolderHasItLeavesTheLoopIdle() {
        End listener = accepting();
        Pair pair = pair(listener);
        Pair witness = pair(listener);
        witness.server().read();
        pair.server().read();
        poll();
        int other = duplicate(fd(pair.server()));
        libc.close(fd(pair.server()));
        pair.client().send("to the other holder");
        expect(pair.server(), "read error EBADF");
        assertIdle();
        witness.client().send("still served");
        expect("the witness", () -> witness.server().text().equals("still served"));
        driver.wakeUp();
        poll(-1);
        driver.close(pair.server().port);
        libc.close(other);
    }

    @Test
    @Tag("X72")
    void aDescriptorClosedBehindOurBackFailsItsPortAlone() {
        End listener = accepting();
        Pair pair = pair(listener);
        Pair witness = pair(listener);
        witness.server().read();
        poll();
        libc.close(fd(pair.server()));
        pair.server().read();
        expect(pair.server(), "read error EBADF");
        assertThat(pair.server().seen).containsExactly("read error EBADF");
        assertThat(driver.tryWrite(pair.server().port, new byte[1], 0, 1)).isEqualTo(-Errno.EBADF);
        witness.client().send("still served");
        expect("the witness", () -> witness.server().text().equals("still served"));
        driver.close(pair.server().port);
    }

    /** The newcomer keeps its number, also when the port that had it is closed. */
    @Test
    @Tag("X72")
    void aNumberThatWasTakenBehindOurBackStaysTheNewOwners() {
        End listener = accepting();
        Pair pair = pair(listener);
        int number = fd(pair.server());
        pair.server().read();
        byte[] much = new byte[8 << 20];
        int taken = driver.tryWrite(pair.server().port, much, 0, much.length);
        driver.write(pair.server().port, much, taken, much.length - taken);
        poll();
        libc.close(number);
        End newcomer = newEnd();
        assertThat(fd(newcomer)).isEqualTo(number);
        expect(pair.server(), "written " + Errno.EBADF);
        assertThat(pair.server().seen).containsExactly("read error EBADF", "written 9");
        driver.close(pair.server().port);
        connect(newcomer, driver.localAddress(listener.port));
        expect(newcomer, "connect 0");
        expect("it is accepted", () -> listener.accepted.size() == 2);
        newcomer.send("mine");
        End server = listener.accepted.getLast().read();
        expect("its bytes", () -> server.text().equals("mine"));
    }

    /** Whoever waits in vain for events must not do so for ever, nor take a whole processor. */
    @Test
    @Tag("X72")
    void anEpollSetClosedBehindOurBackEndsTheLoopAndLeavesItsNumberAlone() {
        End listener = accepting();
        poll();
        int number = Kernel.epollOf(fd(listener));
        libc.close(number);
        int newcomer = duplicate(2);
        assertThat(newcomer).isEqualTo(number);
        assertThatThrownBy(() -> poll(-1))
                .isInstanceOf(UncheckedIOException.class)
                .hasMessageContaining("epoll_wait EINVAL");
        driver.close();
        assertThat(isOpen(newcomer)).isTrue();
        libc.close(newcomer);
    }

    @Test
    void aListenerAndAConnectClosedBehindOurBackFailToo() {
        End listener = accepting();
        libc.close(fd(listener));
        expect(listener, "accept error EBADF");
        assertThat(listener.seen).hasSize(1);
        settle();
        assertThat(listener.seen).hasSize(1);
    }
}
