package dev.millrace.nio;

import dev.millrace.driver.DatagramBufferContract;
import dev.millrace.driver.Driver;

class NioDatagramBufferContractTest extends DatagramBufferContract {
    @Override
    protected Driver open() {
        return NioDriverTest.open();
    }
}
