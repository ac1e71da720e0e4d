package dev.millrace.driver;

class NioDatagramBufferContractTest extends DatagramBufferContract {
    @Override
    protected Driver open() {
        return NioDriverTest.open();
    }
}
