package dev.millrace.epoll;

import dev.millrace.driver.DatagramBufferContract;
import dev.millrace.driver.Driver;
import dev.millrace.loop.DriverLoops;
import org.junit.jupiter.api.Tag;

@Tag("epoll")
class EpollDatagramBufferContractTest extends DatagramBufferContract {
    @Override
    protected Driver open() {
        return DriverLoops.open();
    }
}
