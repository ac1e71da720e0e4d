package dev.millrace.sim;

import dev.millrace.driver.Driver;
import dev.millrace.driver.StreamContracts;
import dev.millrace.kernel.Address;
import dev.millrace.kernel.UnixAddress;

/** The simulated kernel keeps every promise of {@link Driver}, as the real ones do. */
class SimContractTest extends StreamContracts {
    private int paths;

    @Override
    protected Driver open() {
        return new SimDriver().patient();
    }

    @Override
    protected Address freshPath() {
        return UnixAddress.of("/sim/" + paths++);
    }
}
