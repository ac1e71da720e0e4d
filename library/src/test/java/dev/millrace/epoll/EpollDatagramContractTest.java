package dev.millrace.epoll;

import dev.millrace.driver.DatagramContract;
import dev.millrace.driver.Driver;
import dev.millrace.loop.DriverLoops;
import org.junit.jupiter.api.Tag;

@Tag("epoll")
class EpollDatagramContractTest extends DatagramContract {
    @Override
    protected Driver open() {
        return DriverLoops.open();
    }
}
