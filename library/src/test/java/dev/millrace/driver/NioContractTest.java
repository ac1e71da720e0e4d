package dev.millrace.driver;

import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.io.TempDir;

/**
 * The promises of {@link Driver}, kept by NIO: over TCP, and over Unix sockets where it differs.
 */
class NioContractTest {
    private static final AtomicInteger PATHS = new AtomicInteger();

    @TempDir static Path folder;

    private static Address freshPath() {
        return UnixAddress.of(folder.resolve("s" + PATHS.incrementAndGet()));
    }

    @Nested
    class Basics extends DriverBasicsContract {
        @Override
        protected Driver open() {
            return NioDriverTest.open();
        }
    }

    @Nested
    class Connect extends DriverConnectContract {
        @Override
        protected Driver open() {
            return NioDriverTest.open();
        }
    }

    @Nested
    class Accept extends DriverAcceptContract {
        @Override
        protected Driver open() {
            return NioDriverTest.open();
        }
    }

    @Nested
    class Read extends DriverReadContract {
        @Override
        protected Driver open() {
            return NioDriverTest.open();
        }
    }

    @Nested
    class Write extends DriverWriteContract {
        @Override
        protected Driver open() {
            return NioDriverTest.open();
        }
    }

    @Nested
    class Close extends DriverCloseContract {
        @Override
        protected Driver open() {
            return NioDriverTest.open();
        }
    }

    @Nested
    class Capabilities extends DriverCapabilityContract {
        @Override
        protected Driver open() {
            return NioDriverTest.open();
        }
    }

    @Nested
    class ConnectOverUnix extends DriverConnectContract {
        @Override
        protected Driver open() {
            return NioDriverTest.open();
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
            return NioDriverTest.open();
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
            return NioDriverTest.open();
        }

        @Override
        protected Address listenAddress() {
            return freshPath();
        }
    }
}
