package dev.millrace.binding;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.millrace.driver.Capability;
import dev.millrace.driver.Driver;
import dev.millrace.driver.Port;
import dev.millrace.driver.SocketFile;
import dev.millrace.kernel.Address;
import dev.millrace.kernel.SystemError;
import dev.millrace.kernel.UnixAddress;
import dev.millrace.kernel.UnixListenOptions;
import dev.millrace.sys.Errno;
import java.io.IOException;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * A listener's socket file: made by bind, given its mode, and removed by its owner, who is at first
 * the one that made it (rows G2, G10, G12). An abstract name has nothing of this.
 */
public final class UnixBinding {
    private final Driver driver;
    private final UnixAddress address;
    private boolean isOwner;

    /** Which file it is; null where that can't be said, and then it counts as another's. */
    private @Nullable SocketFile file;

    /** Held from the probe of a stale file until the listener listens. */
    private @Nullable UnixTakeOver takeOver;

    private UnixBinding(Driver driver, UnixAddress address) {
        this.driver = driver;
        this.address = address;
    }

    /**
     * @throws UnsupportedOperationException for an abstract name, or for a path that the JDK can't
     *     write, if the driver has none of these
     */
    public static void checkName(Driver driver, @Nullable Address address) {
        if (!(address instanceof UnixAddress unix)) {
            return;
        }
        if (unix.isAbstract()) {
            Capability.ABSTRACT_NAMES.require(driver);
        } else if (!driver.supports(Capability.EVERY_PATH) && !isWritable(unix)) {
            Capability.EVERY_PATH.require(driver);
        }
    }

    /** Whether a {@link Path} can have the name, which is text to it and has an encoding. */
    private static boolean isWritable(UnixAddress path) {
        String text = path.toString();
        try {
            return Arrays.equals(text.getBytes(UTF_8), path.bytes())
                    && !Path.of(text).toString().isEmpty();
        } catch (InvalidPathException unwritable) {
            return false;
        }
    }

    /** The file of a listener that was bound elsewhere, and is owned there. */
    public static UnixBinding adopted(Driver driver, UnixAddress address) {
        UnixBinding binding = new UnixBinding(driver, address);
        binding.file = binding.file();
        return binding;
    }

    /**
     * For a listener that is going to {@link #bind}.
     *
     * @throws UnsupportedOperationException for an abstract name, if the driver can't do it
     */
    public static UnixBinding create(Driver driver, UnixAddress address) {
        checkName(driver, address);
        return new UnixBinding(driver, address);
    }

    /**
     * Binds {@code port}; the errors are libuv's, so a missing folder is EACCES (row G9).
     *
     * @throws IOException what went wrong; {@link #release} leaves nothing behind
     */
    public void bind(Port port, UnixListenOptions options) throws IOException {
        if (address.isUnnamed()) {
            throw SystemError.of(Errno.EINVAL, "listen", address);
        }
        if (options.mode().isPresent() && address.isAbstract()) {
            throw SystemError.of(Errno.EINVAL, "chmod", address);
        }
        if (options.takeOverStale() && !address.isAbstract()) {
            takeOver = UnixTakeOver.begin(driver, address);
            takeOver.removeStale();
        }
        int bound = driver.bind(port, address);
        if (bound < 0) {
            int errno = bound == -Errno.ENOENT ? Errno.EACCES : -bound;
            throw SystemError.of(errno, "listen", address);
        }
        own(true);
        file = file();
        if (options.mode().isPresent()) {
            // No client can connect yet: it does not listen.
            int changed = driver.chmod(address, options.mode().getAsInt());
            if (changed < 0) {
                throw SystemError.of(-changed, "chmod", address);
            }
        }
    }

    /** From now on a probe finds that it listens. */
    public void listening() {
        if (isOwner) {
            // NIO has put another one in its place.
            file = file();
        }
        endTakeOver();
    }

    private void endTakeOver() {
        if (takeOver != null) {
            takeOver.close();
            takeOver = null;
        }
    }

    /** Whether the file is this listener's to remove, or another's (row X108). */
    public void own(boolean isOwner) {
        this.isOwner = isOwner && !address.isAbstract();
    }

    /**
     * Removes the file, if it is ours and still the one that we made. To be called before the
     * descriptor is closed: afterwards the name might be a successor's already.
     */
    public void release() {
        if (isOwner && file != null && file.equals(file())) {
            driver.unlink(address);
        }
        isOwner = false;
        endTakeOver();
    }

    private @Nullable SocketFile file() {
        return address.isAbstract() || address.isUnnamed() ? null : driver.file(address);
    }
}
