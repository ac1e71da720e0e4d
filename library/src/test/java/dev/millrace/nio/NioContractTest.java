package dev.millrace.nio;

import dev.millrace.driver.Driver;
import dev.millrace.driver.StreamContracts;
import dev.millrace.kernel.Address;
import dev.millrace.kernel.UnixAddress;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.io.TempDir;

/** The promises of {@link Driver}, kept by NIO. */
class NioContractTest extends StreamContracts {
    private static final AtomicInteger PATHS = new AtomicInteger();

    @TempDir static Path folder;

    @Override
    protected Driver open() {
        return NioDriverTest.open();
    }

    @Override
    protected Address freshPath() {
        return UnixAddress.of(folder.resolve("s" + PATHS.incrementAndGet()));
    }
}
