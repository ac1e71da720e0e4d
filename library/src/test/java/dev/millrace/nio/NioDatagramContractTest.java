package dev.millrace.nio;

import dev.millrace.driver.DatagramContract;
import dev.millrace.driver.Driver;

class NioDatagramContractTest extends DatagramContract {
    @Override
    protected Driver open() {
        return NioDriverTest.open();
    }
}
