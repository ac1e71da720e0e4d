package dev.millrace.kernel;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;

/**
 * A Unix socket's address (unix(7)): a path, or a Linux abstract name, which needs no file and has
 * nothing to unlink. Lengths count bytes, not characters, and nothing is ever cut silently.
 *
 * {@snippet class="dev.millrace.kernel.KernelExamplesTest" region="unix"}
 */
public final class UnixAddress implements Address {
    /**
     * {@code sun_path} has 108 bytes; a path's last one is its NUL, an abstract name's first one.
     */
    static final int PATH_MAX_BYTES = 107;

    private static final int NAME_MAX_BYTES = 108;

    private final byte[] name;

    private UnixAddress(byte[] name) {
        this.name = name;
    }

    /**
     * The socket whose name the kernel holds as {@code name}: a path in any encoding, an abstract
     * name behind a NUL, or nothing for a socket that was never bound (unix(7)).
     *
     * @throws IllegalArgumentException if it is longer than {@code sun_path}, 108 bytes
     */
    public static UnixAddress ofBytes(byte[] name) {
        if (name.length > NAME_MAX_BYTES) {
            throw new IllegalArgumentException(
                    "a Unix socket name has at most "
                            + NAME_MAX_BYTES
                            + " bytes, this one "
                            + name.length
                            + " (ENAMETOOLONG)");
        }
        return new UnixAddress(name.clone());
    }

    /**
     * The socket at {@code path}, or, when the text begins with {@code @} or NUL, the abstract name
     * that follows.
     *
     * @throws IllegalArgumentException if it is empty, holds an inner NUL, or is longer than the
     *     kernel's 107 bytes (ENAMETOOLONG), those of an abstract name not counting its {@code @}
     */
    public static UnixAddress of(String path) {
        boolean isAbstract = path.startsWith("@") || path.startsWith("\0");
        byte[] bytes = path.getBytes(StandardCharsets.UTF_8);
        if (bytes.length == 0) {
            throw new IllegalArgumentException("a Unix socket path is not empty: name a file");
        }
        if (bytes.length > (isAbstract ? NAME_MAX_BYTES : PATH_MAX_BYTES)) {
            throw new IllegalArgumentException(
                    "a Unix socket path has 1 to "
                            + PATH_MAX_BYTES
                            + " bytes, this one "
                            + (isAbstract ? bytes.length - 1 : bytes.length)
                            + " (ENAMETOOLONG): "
                            + path);
        }
        if (isAbstract) {
            bytes[0] = 0;
        }
        if (path.indexOf('\0', 1) >= 0) {
            throw new IllegalArgumentException(
                    "a Unix socket path holds no NUL: " + path.replace('\0', '@'));
        }
        return new UnixAddress(bytes);
    }

    /** The socket at {@code path}; see {@link #of(String)}. */
    public static UnixAddress of(Path path) {
        return of(path.toString());
    }

    /** {@code Unix}. */
    @Override
    public String family() {
        return "Unix";
    }

    /** Whether this is an abstract name. */
    public boolean isAbstract() {
        return name.length > 0 && name[0] == 0;
    }

    /** Whether this is the name of a socket that was never bound, as a client's mostly is. */
    public boolean isUnnamed() {
        return name.length == 0;
    }

    /** A copy of the name as the kernel holds it; see {@link #ofBytes}. */
    public byte[] bytes() {
        return name.clone();
    }

    /** The path; an abstract name begins with {@code @}, as ss(8) prints it. */
    @Override
    public String toString() {
        String text = new String(name, StandardCharsets.UTF_8);
        return isAbstract() ? "@" + text.substring(1) : text;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof UnixAddress that && Arrays.equals(name, that.name);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(name);
    }
}
