package dev.millrace.epoll;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.sys.Errno;
import dev.millrace.testing.Fifo;
import dev.millrace.testing.LoopFixture;
import java.io.IOException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The two descriptors of a pipe that somebody else opened: the given one, and the port's own. */
@Tag("epoll")
class EpollPipeTest extends EpollFixture {
    /** Its own is closed behind our back: the given one is still the port's to close. */
    @Test
    @Tag("X72")
    void whoseOwnDescriptorIsLostClosesTheGivenOne() throws IOException {
        Fifo fifo = new Fifo(libc, folder);
        int given = fifo.reader();
        End reader = new End(driver.open(given));
        int own = fd(reader);
        PortTable ports = set(reader).ports;
        assertThat(own).isNotEqualTo(given);
        libc.close(own);
        reader.read();
        expect(reader, "read error " + Errno.name(Errno.EBADF));
        driver.close(reader.port);
        assertThat(isOpen(given)).isFalse();
        assertThat(ports.get(own)).isNull();
        assertThat(ports.get(given)).as("whoever gets the number next can be served").isNull();
    }

    /** Whoever has no descriptor to accept with waits for any that is closed. */
    @Test
    @Tag("D4")
    void endingItsWriteSideTellsThatDescriptorsAreFree() throws IOException {
        Fifo fifo = new Fifo(libc, folder);
        int both = fifo.both();
        End writer = new End(driver.open(fifo.writer()));
        settle();
        DescriptorShortage.starving(set(writer));
        assertThat(driver.shutdown(writer.port)).isZero();
        long deadline = TimeUnit.SECONDS.toNanos(LoopFixture.DEADLINE_SECONDS);
        long start = System.nanoTime();
        poll(deadline);
        assertThat(System.nanoTime() - start).as("it is woken").isLessThan(deadline);
        libc.close(both);
    }
}
