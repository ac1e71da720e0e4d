package dev.millrace.driver;

import dev.millrace.sys.NativeAccess;
import java.io.IOException;
import java.io.UncheckedIOException;

/** Chooses the driver for this machine. */
public final class Drivers {
    private Drivers() {}

    /** A new driver for the calling thread's loop. */
    public static Driver open() {
        String system = System.getProperty("os.name");
        if (!system.equals("Linux")) {
            throw new UnsupportedOperationException(
                    "millrace has no driver for " + system + " yet: it needs Linux");
        }
        NativeAccess.require();
        try {
            return new EpollDriver();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
