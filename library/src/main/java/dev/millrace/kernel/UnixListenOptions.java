package dev.millrace.kernel;

import java.util.OptionalInt;

/**
 * How a listener treats its socket file; of no meaning for TCP.
 *
 * {@snippet class="dev.millrace.net.NetServerExamplesTest" region="unixOptions"}
 *
 * @param mode the permission bits of the file, set before the first connection can come. A client
 *     needs to write to it. Empty: what the process's umask leaves of 0777. An abstract name has no
 *     file: with a mode, listening there fails with EINVAL
 * @param takeOverStale whether a socket file that a crash has left behind is replaced. It is, when
 *     connecting to it is refused: never one that has a listener, and never a file that is no
 *     socket; those give EADDRINUSE. Of several processes that try at once exactly one wins; for
 *     that, they lock an empty file beside it, its name with {@code .lock} at the end, which stays.
 *     Leave it off where others than users of this option may bind the same path: one that has
 *     bound but does not listen yet looks like a crashed one. Abstract names vanish with their
 *     process and need none of this
 */
public record UnixListenOptions(OptionalInt mode, boolean takeOverStale) {
    private static final int OWNER_ALONE = 0600;
    private static final int READABLE = 0444;
    private static final int WRITABLE = 0222;

    /** The umask decides about the mode; a file that exists is left alone. */
    public static final UnixListenOptions DEFAULTS =
            new UnixListenOptions(OptionalInt.empty(), false);

    /**
     * @throws IllegalArgumentException if the mode has other bits than permissions
     */
    public UnixListenOptions {
        if ((mode.orElse(0) & ~0777) != 0) {
            throw new IllegalArgumentException(
                    "a mode is 0 to 0777, not 0" + Integer.toOctalString(mode.getAsInt()));
        }
    }

    /** These options with permission bits, {@code 0660} for instance. */
    public UnixListenOptions withMode(int mode) {
        return new UnixListenOptions(OptionalInt.of(mode), takeOverStale);
    }

    /** These options with a file that every user may read, as Node's {@code readableAll}. */
    public UnixListenOptions withReadableAll() {
        return withMode(mode.orElse(OWNER_ALONE) | READABLE);
    }

    /** These options with a file that every user may connect to, as Node's {@code writableAll}. */
    public UnixListenOptions withWritableAll() {
        return withMode(mode.orElse(OWNER_ALONE) | WRITABLE);
    }

    /** These options with a stale socket file replaced or not. */
    public UnixListenOptions withTakeOverStale(boolean takeOverStale) {
        return new UnixListenOptions(mode, takeOverStale);
    }
}
