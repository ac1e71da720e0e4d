package dev.millrace.driver;

class NioDatagramContractTest extends DatagramContract {
    @Override
    protected Driver open() {
        return NioDriverTest.open();
    }
}
