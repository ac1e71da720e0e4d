package dev.millrace.driver;

import org.junit.jupiter.api.Tag;

@Tag("epoll")
class EpollMulticastContractTest extends MulticastContract {
    @Override
    protected Driver open() {
        return Drivers.open();
    }
}
