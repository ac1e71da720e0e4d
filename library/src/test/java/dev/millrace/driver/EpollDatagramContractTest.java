package dev.millrace.driver;

import org.junit.jupiter.api.Tag;

@Tag("epoll")
class EpollDatagramContractTest extends DatagramContract {
    @Override
    protected Driver open() {
        return Drivers.open();
    }
}
