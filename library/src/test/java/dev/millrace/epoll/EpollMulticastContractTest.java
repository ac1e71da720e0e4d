package dev.millrace.epoll;

import dev.millrace.driver.Driver;
import dev.millrace.driver.MulticastContract;
import dev.millrace.loop.Drivers;
import org.junit.jupiter.api.Tag;

@Tag("epoll")
class EpollMulticastContractTest extends MulticastContract {
    @Override
    protected Driver open() {
        return Drivers.open();
    }
}
