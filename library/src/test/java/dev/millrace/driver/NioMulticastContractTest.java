package dev.millrace.driver;

class NioMulticastContractTest extends MulticastContract {
    @Override
    protected Driver open() {
        return NioDriverTest.open();
    }
}
