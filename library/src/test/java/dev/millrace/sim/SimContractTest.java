package dev.millrace.sim;

import dev.millrace.driver.Address;
import dev.millrace.driver.Driver;
import dev.millrace.driver.DriverAcceptContract;
import dev.millrace.driver.DriverBasicsContract;
import dev.millrace.driver.DriverCapabilityContract;
import dev.millrace.driver.DriverCloseContract;
import dev.millrace.driver.DriverConnectContract;
import dev.millrace.driver.DriverReadContract;
import dev.millrace.driver.DriverWriteContract;
import dev.millrace.driver.UnixAddress;
import org.junit.jupiter.api.Nested;

/** The simulated kernel keeps every promise of {@link Driver}, as the real ones do. */
class SimContractTest {
    @Nested
    class Basics extends DriverBasicsContract {
        @Override
        protected Driver open() {
            return new SimDriver().patient();
        }
    }

    @Nested
    class Connecting extends DriverConnectContract {
        @Override
        protected Driver open() {
            return new SimDriver();
        }
    }

    @Nested
    class Accepting extends DriverAcceptContract {
        @Override
        protected Driver open() {
            return new SimDriver();
        }
    }

    @Nested
    class Reading extends DriverReadContract {
        @Override
        protected Driver open() {
            return new SimDriver();
        }
    }

    @Nested
    class Writing extends DriverWriteContract {
        @Override
        protected Driver open() {
            return new SimDriver();
        }
    }

    @Nested
    class Closing extends DriverCloseContract {
        @Override
        protected Driver open() {
            return new SimDriver();
        }
    }

    @Nested
    class Capabilities extends DriverCapabilityContract {
        @Override
        protected Driver open() {
            return new SimDriver();
        }
    }

    /** Unix sockets connect at once or not at all, which is a path of its own. */
    @Nested
    class ReadingUnix extends DriverReadContract {
        private int listeners;

        @Override
        protected Driver open() {
            return new SimDriver();
        }

        @Override
        protected Address listenAddress() {
            return UnixAddress.of("/sim/" + listeners++);
        }
    }
}
