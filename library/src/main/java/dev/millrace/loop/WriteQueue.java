package dev.millrace.loop;

import java.util.ArrayDeque;

/**
 * The bytes of a stream that the kernel did not take yet, in order. Exists only while there are
 * some.
 */
final class WriteQueue {
    private static final int OWN_CHUNK_BYTES = 16 * 1024;

    /**
     * A piece of the queue. {@code isOwn}: the array is the queue's, with room to append up to its
     * length.
     */
    private static final class Chunk {
        final byte[] array;
        final boolean isOwn;
        int offset;
        int end;

        Chunk(byte[] array, int offset, int end, boolean isOwn) {
            this.array = array;
            this.offset = offset;
            this.end = end;
            this.isOwn = isOwn;
        }
    }

    private final ArrayDeque<Chunk> chunks = new ArrayDeque<>(4);

    /** The first chunk was handed to the driver and must not change until it is written. */
    private boolean isFirstUnderWay;

    boolean isEmpty() {
        return chunks.isEmpty();
    }

    /** Appends bytes that stay untouched by their owner until they are written. */
    void appendOwned(byte[] array, int offset, int length) {
        chunks.add(new Chunk(array, offset, offset + length, false));
    }

    void appendCopy(byte[] array, int offset, int length) {
        Chunk last = chunks.peekLast();
        boolean isBusy = chunks.size() == 1 && isFirstUnderWay;
        if (last != null && !isBusy && last.isOwn && last.array.length - last.end >= length) {
            System.arraycopy(array, offset, last.array, last.end, length);
            last.end += length;
            return;
        }
        byte[] copy = new byte[Math.max(OWN_CHUNK_BYTES, length)];
        System.arraycopy(array, offset, copy, 0, length);
        chunks.add(new Chunk(copy, 0, length, true));
    }

    /** The first chunk was written; its length. */
    int removeFirst() {
        isFirstUnderWay = false;
        Chunk first = chunks.remove();
        return first.end - first.offset;
    }

    /**
     * Tries to write as much as goes at once: the bytes written, or a negated errno. The rest is
     * handed to the driver.
     */
    int write(Driver driver, Driver.Port port) {
        int written = 0;
        for (Chunk first = chunks.peek(); first != null; first = chunks.peek()) {
            int length = first.end - first.offset;
            int count = driver.tryWrite(port, first.array, first.offset, length);
            if (count < 0) {
                return count;
            }
            written += count;
            first.offset += count;
            if (count < length) {
                isFirstUnderWay = true;
                driver.write(port, first.array, first.offset, first.end - first.offset);
                break;
            }
            chunks.remove();
        }
        return written;
    }

    /** Hands the first chunk to the driver untried. */
    void park(Driver driver, Driver.Port port) {
        Chunk first = chunks.peek();
        if (first != null && !isFirstUnderWay) {
            isFirstUnderWay = true;
            driver.write(port, first.array, first.offset, first.end - first.offset);
        }
    }
}
