package dev.millrace.kernel;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystems;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HexFormat;

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

    /** What a decoder puts in the place of bytes that it can't read. */
    private static final char REPLACEMENT = '\uFFFD';

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

    /**
     * The socket at {@code path}; see {@link #of(String)}. A path of the default file system that
     * the locale has no characters for, found in a folder for instance, keeps its bytes, and
     * becomes absolute.
     *
     * @throws IllegalArgumentException as {@link #of(String)}
     */
    public static UnixAddress of(Path path) {
        String text = path.toString();
        boolean isWhole = text.indexOf(REPLACEMENT) < 0;
        return isWhole || path.getFileSystem() != FileSystems.getDefault()
                ? of(text)
                : ofBytes(bytes(path));
    }

    /** The bytes are in the URI alone, each as it is or behind a percent sign. */
    private static byte[] bytes(Path path) {
        String raw = path.toUri().getRawPath();
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(raw.length());
        for (int at = 0; at < raw.length(); at++) {
            boolean isEscaped = raw.charAt(at) == '%';
            bytes.write(isEscaped ? HexFormat.fromHexDigits(raw, at + 1, at + 3) : raw.charAt(at));
            at += isEscaped ? 2 : 0;
        }
        if (bytes.size() > PATH_MAX_BYTES) {
            throw new IllegalArgumentException(
                    "a Unix socket path has 1 to "
                            + PATH_MAX_BYTES
                            + " bytes, this one "
                            + bytes.size()
                            + " (ENAMETOOLONG): "
                            + path);
        }
        return bytes.toByteArray();
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
