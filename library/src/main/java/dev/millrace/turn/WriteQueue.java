package dev.millrace.turn;

import dev.millrace.driver.Driver;
import dev.millrace.driver.FileRegion;
import dev.millrace.driver.Port;
import dev.millrace.stream.WriteLimit;
import dev.millrace.sys.Errno;
import java.util.ArrayDeque;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The bytes of a stream that the kernel did not take yet, in order. Exists only while there are
 * some.
 */
public final class WriteQueue {
    private static final int OWN_CHUNK_BYTES = 16 * 1024;

    /** For the first chunk: most queues are the one write that waits for the connection. */
    private static final int FIRST_CHUNK_BYTES = 1024;

    private static final int SLICE_BYTES = 256 * 1024;

    /**
     * A write up to this size is copied in any case: hundreds of them leave in one send, and take
     * no more memory than they have bytes.
     */
    private static final int SMALL_BYTES = OWN_CHUNK_BYTES / 4;

    /**
     * The most that is sent before other streams get their turn: a peer that takes bytes as fast as
     * they come would otherwise keep the loop until the last one.
     */
    public static final int AT_ONCE_MAX_BYTES = 1024 * 1024;

    private static final byte[] NONE = {};

    /**
     * A piece of the queue: bytes, or a region with none in the array. {@code isOwn}: the array is
     * the queue's, with room to append up to its length.
     */
    private static final class Chunk {
        final byte[] array;
        final boolean isOwn;
        final @Nullable FileRegion region;
        int offset;
        int end;

        /** What travels with the first byte, until it has left. */
        int @Nullable [] descriptors;

        Chunk(byte[] array, int offset, int end, boolean isOwn) {
            this.array = array;
            this.offset = offset;
            this.end = end;
            this.isOwn = isOwn;
            this.region = null;
        }

        Chunk(FileRegion region) {
            this.array = NONE;
            this.end = region.length();
            this.isOwn = false;
            this.region = region;
        }

        /**
         * What the file of a region does not give any more counts as written: its request is told
         * by the region, and what comes behind it still goes out.
         */
        int tryWrite(Driver driver, Port port, int length) {
            if (descriptors != null) {
                return trySend(driver, port, descriptors, length);
            }
            if (region == null) {
                return driver.tryWrite(port, array, offset, length);
            }
            int count = driver.trySendFile(port, region, offset, length);
            return count < 0 && region.failsWith(-count) ? end - offset : count;
        }

        /** Once a byte was taken they are on their way, and never sent again (row F4). */
        private int trySend(Driver driver, Port port, int[] sent, int length) {
            if (length == 0) {
                return 0;
            }
            int count = driver.sendDescriptors(port, array, offset, length, sent);
            if (count > 0) {
                descriptors = null;
            }
            return count == -Errno.EAGAIN ? 0 : count;
        }
    }

    private final ArrayDeque<Chunk> chunks = new ArrayDeque<>(4);

    /**
     * Bytes of the first chunk that the driver was given, which must not change until it is done.
     */
    private int underWay;

    private int largest;

    /** What waits of regions. */
    private long regionBytes;

    /** The kernel has too many descriptors under way; see {@link #isResting()}. */
    private boolean isResting;

    /** Why nothing goes any more; see {@link #failure()}. */
    private int failure;

    public boolean isEmpty() {
        return chunks.isEmpty();
    }

    /** Whether so many bytes more are too many, of {@code waiting}, which counts regions. */
    public boolean isBeyond(WriteLimit limit, int more, long waiting) {
        return limit.isExceededBy(more, waiting - regionBytes, largest);
    }

    /** Appends bytes; {@code isLent}: they are not ours to keep. */
    public void append(byte[] array, int offset, int length, boolean isLent) {
        if (isLent) {
            appendCopy(array, offset, length);
        } else {
            appendOwned(array, offset, length);
        }
    }

    /** Bytes that stay untouched by their owner until they are written. */
    private void appendOwned(byte[] array, int offset, int length) {
        if (length <= SMALL_BYTES) {
            appendCopy(array, offset, length);
            return;
        }
        largest = Math.max(largest, length);
        chunks.add(new Chunk(array, offset, offset + length, false));
    }

    private void appendCopy(byte[] array, int offset, int length) {
        largest = Math.max(largest, length);
        Chunk last = chunks.peekLast();
        boolean isBusy = chunks.size() == 1 && underWay > 0;
        if (last != null && !isBusy && last.isOwn && last.array.length - last.end >= length) {
            System.arraycopy(array, offset, last.array, last.end, length);
            last.end += length;
            return;
        }
        int room = last == null ? FIRST_CHUNK_BYTES : OWN_CHUNK_BYTES;
        byte[] copy = new byte[Math.max(room, length)];
        System.arraycopy(array, offset, copy, 0, length);
        chunks.add(new Chunk(copy, 0, length, true));
    }

    /** Appends a part of a file, which the driver sends by itself. */
    public void append(FileRegion region) {
        chunks.add(new Chunk(region));
        regionBytes += region.length();
    }

    /**
     * Appends bytes, one at least, with the first of which {@code descriptors} travel. The bytes
     * are copied; the descriptors stay open until they have left.
     */
    public void append(byte[] array, int offset, int length, int... descriptors) {
        byte[] copy = Arrays.copyOfRange(array, offset, offset + length);
        Chunk chunk = new Chunk(copy, 0, length, false);
        chunk.descriptors = descriptors.clone();
        largest = Math.max(largest, length);
        chunks.add(chunk);
    }

    /** What the driver was given is written; how many bytes that was. */
    public int written() {
        int count = underWay;
        underWay = 0;
        Chunk first = chunks.element();
        first.offset += count;
        if (first.offset == first.end) {
            chunks.remove();
        }
        return count;
    }

    /**
     * Tries to write as much as goes at once, up to {@link #AT_ONCE_MAX_BYTES}; how many bytes that
     * was. Of the rest, the driver is given the next slice, unless there is a {@link #failure()}.
     */
    public int write(Driver driver, Port port) {
        if (underWay > 0) {
            // The connect callback has written, and the driver is at it: not a second time.
            return 0;
        }
        int written = 0;
        isResting = false;
        for (Chunk first = chunks.peek(); first != null; first = chunks.peek()) {
            int left = first.end - first.offset;
            int length = Math.min(left, AT_ONCE_MAX_BYTES - written);
            int count = first.tryWrite(driver, port, length);
            if (count == -Errno.ETOOMANYREFS) {
                isResting = true;
                break;
            }
            if (count < 0) {
                failure = -count;
                break;
            }
            written += count;
            first.offset += count;
            regionBytes -= first.region == null ? 0 : count;
            if (count < left) {
                park(driver, port);
                break;
            }
            chunks.remove();
        }
        return written;
    }

    /**
     * Whether {@link #write} stopped because this user has too many descriptors on their way
     * (ETOOMANYREFS, unix(7)). Nothing tells when there are fewer: it is to be tried again.
     */
    public boolean isResting() {
        return isResting;
    }

    /** The errno that {@link #write} met after what it has written, or 0. */
    public int failure() {
        return failure;
    }

    /**
     * Gives the driver the next slice untried; not more, so that progress shows. It keeps no region
     * and no descriptors: there it only tells when to {@link #write} again.
     */
    public void park(Driver driver, Port port) {
        Chunk first = chunks.peek();
        if (first != null && (first.region != null || first.descriptors != null)) {
            driver.awaitWritable(port);
        } else if (first != null && underWay == 0) {
            underWay = Math.min(SLICE_BYTES, first.end - first.offset);
            driver.write(port, first.array, first.offset, underWay);
        }
    }
}
