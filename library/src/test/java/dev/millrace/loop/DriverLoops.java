package dev.millrace.loop;

import dev.millrace.driver.Driver;

/** Loops on drivers that tests choose: users have no say in it beyond its name. */
public final class DriverLoops {
    private DriverLoops() {}

    /** A loop of the calling thread on {@code driver}, which it closes with itself. */
    public static Loop on(Driver driver) {
        return Loop.on(driver);
    }

    /** The driver that a loop of this process would have. */
    public static Driver open() {
        return Drivers.open();
    }
}
