package dev.millrace.binding;

import dev.millrace.driver.Capability;
import dev.millrace.driver.Driver;
import dev.millrace.driver.Port;
import dev.millrace.kernel.DescriptorKind;
import dev.millrace.kernel.KernelOption;
import dev.millrace.kernel.SystemError;
import dev.millrace.sys.Errno;
import java.io.IOException;
import java.util.Locale;

/** Makes a listener of a descriptor that was opened elsewhere (rows I5, I6). */
public final class ListenBinding {
    private ListenBinding() {}

    /**
     * @throws UnsupportedOperationException if the driver can't serve an open descriptor
     */
    public static void require(Driver driver) {
        Capability.OPEN_DESCRIPTORS.require(driver);
    }

    /** Whatever is wrong with it, the descriptor stays the caller's then. */
    public static Port opened(Driver driver, int descriptor, boolean noDelay) throws IOException {
        require(driver);
        DescriptorKind kind = DescriptorKind.of(descriptor);
        if (kind != DescriptorKind.LISTENER) {
            throw SystemError.ofCode(
                    "ERR_INVALID_FD_TYPE",
                    Errno.EINVAL,
                    "listen",
                    "descriptor "
                            + descriptor
                            + " is of the kind "
                            + kind.name().toLowerCase(Locale.ROOT)
                            + ", pass a socket that listens");
        }
        Port opened = driver.open(descriptor);
        if (noDelay) {
            // Its connections get it from the listener; a Unix socket refuses it, which is no harm.
            driver.setOption(opened, KernelOption.NO_DELAY, 1);
        }
        return opened;
    }
}
