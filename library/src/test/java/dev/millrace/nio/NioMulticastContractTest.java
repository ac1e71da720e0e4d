package dev.millrace.nio;

import dev.millrace.driver.Driver;
import dev.millrace.driver.MulticastContract;

class NioMulticastContractTest extends MulticastContract {
    @Override
    protected Driver open() {
        return NioDriverTest.open();
    }
}
