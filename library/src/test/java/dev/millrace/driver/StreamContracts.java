package dev.millrace.driver;

import dev.millrace.kernel.Address;
import org.junit.jupiter.api.Nested;

/**
 * All that {@link Driver} promises of streams, topic by topic: over TCP, and over Unix sockets
 * where it differs. The test of a driver extends it.
 */
public abstract class StreamContracts {
    /** A driver without any port. */
    protected abstract Driver open();

    /** A Unix path that nobody has. */
    protected abstract Address freshPath();

    @Nested
    class Basics extends DriverBasicsContract {
        @Override
        protected Driver open() {
            return StreamContracts.this.open();
        }
    }

    @Nested
    class Connect extends DriverConnectContract {
        @Override
        protected Driver open() {
            return StreamContracts.this.open();
        }
    }

    @Nested
    class Accept extends DriverAcceptContract {
        @Override
        protected Driver open() {
            return StreamContracts.this.open();
        }
    }

    @Nested
    class Read extends DriverReadContract {
        @Override
        protected Driver open() {
            return StreamContracts.this.open();
        }
    }

    @Nested
    class Write extends DriverWriteContract {
        @Override
        protected Driver open() {
            return StreamContracts.this.open();
        }
    }

    @Nested
    class Close extends DriverCloseContract {
        @Override
        protected Driver open() {
            return StreamContracts.this.open();
        }
    }

    @Nested
    class Capability extends DriverCapabilityContract {
        @Override
        protected Driver open() {
            return StreamContracts.this.open();
        }
    }

    @Nested
    class ConnectOverUnix extends DriverConnectContract {
        @Override
        protected Driver open() {
            return StreamContracts.this.open();
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
            return StreamContracts.this.open();
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
            return StreamContracts.this.open();
        }

        @Override
        protected Address listenAddress() {
            return freshPath();
        }
    }
}
