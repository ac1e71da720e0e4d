package dev.millrace.turn;

import dev.millrace.driver.Driver;
import org.jspecify.annotations.Nullable;

/**
 * Collects the small writes of one stream during one callback, so that they leave in one send (rows
 * F1, F2). A loop has one; it has one tenant at a time, and a write to another stream makes the
 * tenant's bytes leave first.
 */
public final class GatherBuffer {
    /** A write up to this size is copied here; a larger one goes out of the caller's own array. */
    public static final int COPY_MAX_BYTES = 16 * 1024;

    private static final int CAPACITY_BYTES = 64 * 1024;

    private final byte[] array = new byte[CAPACITY_BYTES];
    private int length;
    private @Nullable WriteTenant tenant;

    /** Tells {@code driver} where most of what is sent comes from. */
    void announce(Driver driver) {
        driver.sendsFrom(array);
    }

    boolean isEmpty() {
        return tenant == null;
    }

    /** Whether bytes of {@code writer} wait here. */
    public boolean holds(WriteTenant writer) {
        return tenant == writer;
    }

    /**
     * Copies the bytes for {@code writer}; false if they must queue behind what the kernel did not
     * take.
     */
    public boolean add(WriteTenant writer, byte[] source, int offset, int count) {
        if (tenant != writer || length + count > array.length) {
            flush();
            if (writer.isBlocked()) {
                return false;
            }
            tenant = writer;
        }
        System.arraycopy(source, offset, array, length, count);
        length += count;
        return true;
    }

    /** Throws away what was gathered for {@code writer}. */
    public void discard(WriteTenant writer) {
        if (tenant == writer) {
            tenant = null;
            length = 0;
        }
    }

    /** Sends what was gathered for {@code writer}, if anything was. */
    public void flush(WriteTenant writer) {
        if (tenant == writer) {
            flush();
        }
    }

    /** Sends what was gathered; false if there was nothing. */
    public boolean flush() {
        WriteTenant writer = tenant;
        if (writer == null) {
            return false;
        }
        int count = length;
        tenant = null;
        length = 0;
        writer.send(array, 0, count, true);
        return true;
    }
}
