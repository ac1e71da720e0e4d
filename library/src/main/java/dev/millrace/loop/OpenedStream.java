package dev.millrace.loop;

import dev.millrace.driver.Capability;
import dev.millrace.driver.Driver;
import dev.millrace.driver.Port;
import dev.millrace.kernel.DescriptorKind;
import dev.millrace.kernel.SystemError;
import dev.millrace.sys.Errno;
import java.io.IOException;

/**
 * A descriptor that somebody else opened, as a stream (row B11).
 *
 * @param port the driver's end of it
 * @param kind what it is
 */
record OpenedStream(Port port, HandleKind kind) {
    static OpenedStream of(Driver driver, int descriptor, boolean isChannel) throws IOException {
        Capability.OPEN_DESCRIPTORS.require(driver);
        DescriptorKind kind = DescriptorKind.of(descriptor);
        boolean isStream = kind != DescriptorKind.LISTENER && kind != DescriptorKind.UDP;
        if (!isStream || (isChannel && kind != DescriptorKind.UNIX)) {
            throw SystemError.of(Errno.EINVAL, "open");
        }
        Port port = driver.open(descriptor);
        if (isChannel) {
            driver.carryDescriptors(port);
        }
        return new OpenedStream(port, HandleKind.of(kind));
    }
}
