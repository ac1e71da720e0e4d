package dev.millrace.driver;

import org.junit.jupiter.api.Tag;

@Tag("epoll")
class EpollDatagramBufferContractTest extends DatagramBufferContract {
    @Override
    protected Driver open() {
        return Drivers.open();
    }
}
