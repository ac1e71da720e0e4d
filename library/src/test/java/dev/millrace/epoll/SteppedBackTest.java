package dev.millrace.epoll;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.driver.Driver;
import dev.millrace.driver.Guarded;
import dev.millrace.driver.Port;
import dev.millrace.driver.PortEvents;
import dev.millrace.kernel.IpAddress;
import dev.millrace.testing.RawClient;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A listener that has left it to a sibling to accept, which never does. */
@Tag("epoll")
@Tag("D2")
@Timeout(30)
class SteppedBackTest {
    private static void call(Guarded callback) {
        try {
            callback.call();
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    /** The wait has no other end than the moment at which the listener is back. */
    @Test
    void isBackAfterAMomentAndAccepts() throws Exception {
        AtomicInteger accepted = new AtomicInteger();
        try (EpollDriver driver = new EpollDriver()) {
            EpollSocket listener = (EpollSocket) driver.socket(IpAddress.loopback(0));
            driver.bind(listener, IpAddress.loopback(0));
            driver.listen(listener, 10);
            listener.attach(
                    new PortEvents() {
                        @Override
                        public void onAccept(Port connection) {
                            accepted.incrementAndGet();
                        }
                    });
            try (Driver.Shared description = driver.share(listener)) {
                driver.acceptStart(listener, 1);
                driver.poll(0, SteppedBackTest::call);
                listener.set.share.stepBack(listener);
                int port = ((IpAddress) driver.localAddress(listener)).port();
                try (RawClient client = RawClient.connect(port)) {
                    assertThat(client.localPort()).isPositive();
                    driver.poll(-1, SteppedBackTest::call);
                    assertThat(accepted).as("out of the set").hasValue(0);
                    while (accepted.get() == 0) {
                        driver.poll(-1, SteppedBackTest::call);
                    }
                }
                assertThat(description).isNotNull();
            }
        }
        assertThat(accepted).hasValue(1);
    }
}
