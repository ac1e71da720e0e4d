package dev.millrace.epoll;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.driver.Driver;
import dev.millrace.driver.DriverChannelContract;
import dev.millrace.driver.StreamContracts;
import dev.millrace.kernel.Address;
import dev.millrace.kernel.UnixAddress;
import dev.millrace.testing.Kernel;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The promises of {@link Driver}, kept by epoll. */
@Tag("epoll")
class EpollContractTest extends StreamContracts {
    private static final AtomicInteger PATHS = new AtomicInteger();

    @TempDir static Path folder;

    @Override
    protected Driver open() {
        try {
            return new EpollDriver();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    @Override
    protected Address freshPath() {
        return UnixAddress.of(folder.resolve("s" + PATHS.incrementAndGet()));
    }

    @Nested
    class Channel extends DriverChannelContract {
        @Override
        protected Driver open() {
            return EpollContractTest.this.open();
        }

        @Override
        protected Address listenAddress() {
            return freshPath();
        }

        @Test
        @Tag("X107")
        void aPortThatWasSentReportsNothingAfterItsClose() {
            Pair pair = channels();
            Pair travelling = pair();
            End gone = travelling.server().read();
            settle();
            int fd = ((EpollPort) gone.port).fd;
            assertThat(send(pair.client(), "x", fd)).isEqualTo(1);
            pair.server().read();
            expect(pair.server(), "read 1");
            driver.close(gone.port);
            assertThat(Kernel.watched(fd)).as("taken out of the set").isEqualTo(-1);
            closeReceived(pair.server());
            travelling.client().read();
            expect(travelling.client(), "end");
        }
    }
}
