package dev.millrace.driver;

class EpollMulticastContractTest extends MulticastContract {
    @Override
    protected Driver open() {
        return Drivers.open();
    }
}
