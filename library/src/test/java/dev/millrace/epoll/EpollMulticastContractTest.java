package dev.millrace.epoll;

import dev.millrace.driver.Driver;
import dev.millrace.driver.MulticastContract;
import dev.millrace.loop.DriverLoops;
import org.junit.jupiter.api.Tag;

@Tag("epoll")
class EpollMulticastContractTest extends MulticastContract {
    @Override
    protected Driver open() {
        return DriverLoops.open();
    }
}
