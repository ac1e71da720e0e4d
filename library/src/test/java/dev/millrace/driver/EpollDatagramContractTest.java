package dev.millrace.driver;

class EpollDatagramContractTest extends DatagramContract {
    @Override
    protected Driver open() {
        return Drivers.open();
    }
}
