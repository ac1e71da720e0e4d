package dev.millrace.driver;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.testing.Kernel;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The promises of {@link Driver}, kept by epoll: over TCP, and over Unix sockets where it differs.
 */
@Tag("epoll")
class EpollContractTest {
    private static final AtomicInteger PATHS = new AtomicInteger();

    @TempDir static Path folder;

    private static Driver epoll() {
        try {
            return new EpollDriver();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private static Address freshPath() {
        return UnixAddress.of(folder.resolve("s" + PATHS.incrementAndGet()));
    }

    @Nested
    class Basics extends DriverBasicsContract {
        @Override
        protected Driver open() {
            return epoll();
        }
    }

    @Nested
    class Connect extends DriverConnectContract {
        @Override
        protected Driver open() {
            return epoll();
        }
    }

    @Nested
    class Accept extends DriverAcceptContract {
        @Override
        protected Driver open() {
            return epoll();
        }
    }

    @Nested
    class Read extends DriverReadContract {
        @Override
        protected Driver open() {
            return epoll();
        }
    }

    @Nested
    class Write extends DriverWriteContract {
        @Override
        protected Driver open() {
            return epoll();
        }
    }

    @Nested
    class Close extends DriverCloseContract {
        @Override
        protected Driver open() {
            return epoll();
        }
    }

    @Nested
    class Capabilities extends DriverCapabilityContract {
        @Override
        protected Driver open() {
            return epoll();
        }
    }

    @Nested
    class Channel extends DriverChannelContract {
        @Override
        protected Driver open() {
            return epoll();
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

    @Nested
    class ConnectOverUnix extends DriverConnectContract {
        @Override
        protected Driver open() {
            return epoll();
        }

        @Override
        protected Address listenAddress() {
            return freshPath();
        }
    }

    @Nested
    class AcceptOverUnix extends DriverAcceptContract {
        @Override
        protected Driver open() {
            return epoll();
        }

        @Override
        protected Address listenAddress() {
            return freshPath();
        }
    }

    @Nested
    class WriteOverUnix extends DriverWriteContract {
        @Override
        protected Driver open() {
            return epoll();
        }

        @Override
        protected Address listenAddress() {
            return freshPath();
        }
    }
}
