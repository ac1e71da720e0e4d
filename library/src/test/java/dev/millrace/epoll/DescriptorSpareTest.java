package dev.millrace.epoll;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.driver.Port;
import dev.millrace.kernel.IpAddress;
import dev.millrace.sys.Libc;
import dev.millrace.testing.Kernel;
import dev.millrace.testing.RawClient;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * The spare descriptor in this process, which has others enough: while it is lent, every listener
 * believes that there is a shortage.
 */
@Tag("epoll")
class DescriptorSpareTest extends EpollFixture {
    private End listener;
    private int before;

    /** The one that is told of the shortage. */
    private Runnable told = () -> {};

    @BeforeEach
    void listen() {
        Port port = listener().port;
        listener =
                new End(port) {
                    @Override
                    public void onAcceptError(int errno, int shed) {
                        see("shed " + shed);
                        driver.acceptStop(port);
                        told.run();
                    }

                    @Override
                    public void onDescriptorsFreed() {
                        see("freed");
                    }
                };
        driver.acceptStart(port, 1);
        before = spares();
    }

    /** Whatever a test leaves is the whole process's. */
    @AfterEach
    void giveBack() {
        while (DescriptorShortage.isLent()) {
            DescriptorShortage.giveBack(libc);
        }
        DescriptorShortage.keep(libc);
    }

    private static int spares() {
        return Kernel.descriptors("/dev/null").size();
    }

    /** As another listener does that has shed and is telling so. */
    private void lend() {
        DescriptorShortage.shed(libc, fd(listener()), false);
        assertThat(spares()).isEqualTo(before - 1);
    }

    /** A client comes while it is lent. */
    private void expectShed() {
        int port = ((IpAddress) driver.localAddress(listener.port)).port();
        try (RawClient client = RawClient.connect(port)) {
            expect(listener, "shed 1");
            assertThat(client.readEnding()).as("it is not left waiting").isEqualTo("FIN");
        }
    }

    @Test
    @Tag("D4")
    @Tag("D5")
    void itIsBackWhenTheShortageWasTold() {
        lend();
        expectShed();
        assertThat(spares()).as("another one is being told").isEqualTo(before - 1);
        DescriptorShortage.giveBack(libc);
        assertThat(spares()).isEqualTo(before);
    }

    @Test
    @Tag("D4")
    void itIsBackThoughTheListenerThatWasToldThrew() {
        told =
                () -> {
                    throw new IllegalStateException("told");
                };
        lend();
        expectShed();
        assertThat(listener.seen).contains("failed told");
        DescriptorShortage.giveBack(libc);
        assertThat(DescriptorShortage.isLent()).isFalse();
        assertThat(spares()).isEqualTo(before);
    }

    /** There was none to open it with when it was given back. */
    @Test
    @Tag("D5")
    void itIsOpenedAgainWhenAcceptingStartsAgain() {
        lend();
        expectShed();
        Libc opensNothing = new Libc();
        opensNothing.close();
        assertThatThrownBy(() -> DescriptorShortage.giveBack(opensNothing))
                .isInstanceOf(IllegalStateException.class);
        assertThat(DescriptorShortage.isLent()).isFalse();
        assertThat(spares()).isEqualTo(before - 1);
        driver.acceptStart(listener.port, 1);
        assertThat(spares()).isEqualTo(before);
    }

    @Test
    @Tag("D4")
    void aDescriptorThatIsClosedIsToldToWhoWantsOne() {
        lend();
        expectShed();
        DescriptorShortage.giveBack(libc);
        Port other = newEnd().port;
        poll();
        assertThat(listener.seen).doesNotContain("freed");
        driver.close(other);
        expect(listener, "freed");
        driver.close(newEnd().port);
        settle();
        assertThat(listener.count("freed")).as("once").isEqualTo(1);
    }
}
