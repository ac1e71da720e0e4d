package dev.millrace.blocking;

import dev.millrace.loop.Loop;
import java.io.IOException;
import java.nio.ByteBuffer;

/** What the loop has received and its threads have not read yet. */
public final class BlockingInbox extends BlockingHalf {
    private static final byte[] END = {};

    /** The peer has ended its side: behind the bytes there is nothing more. */
    private boolean isEnded;

    /** It was full, so the loop receives no more until half of it was read. */
    private boolean isHeld;

    /** The loop may receive again, and has not heard of it yet. */
    private boolean isResumeDue;

    public BlockingInbox(Loop loop, String subject) {
        super(loop, "reading", subject);
    }

    /**
     * Takes from the front of what the loop has received, and answers how much. When it is full,
     * {@link #isHeld} until half of it was read. What comes behind the close is thrown away.
     */
    public int put(byte[] from, int offset, int length) {
        lock.lock();
        try {
            if (isClosed()) {
                isHeld = false;
                return length;
            }
            int taken = bytes.put(from, offset, length);
            isHeld = bytes.isFull();
            changed.signalAll();
            return taken;
        } finally {
            lock.unlock();
        }
    }

    public boolean isHeld() {
        lock.lock();
        try {
            return isHeld;
        } finally {
            lock.unlock();
        }
    }

    /** Every byte was put. */
    public void end() {
        lock.lock();
        try {
            isEnded = true;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** Whether the loop may receive again; true once. */
    public boolean takeResume() {
        lock.lock();
        try {
            boolean isDue = isResumeDue;
            isResumeDue = false;
            return isDue;
        } finally {
            lock.unlock();
        }
    }

    /** What was not read, for another owner of the stream. */
    public ByteBuffer takeAll() {
        lock.lock();
        try {
            byte[] all = new byte[bytes.size()];
            bytes.take(all, 0, all.length);
            return ByteBuffer.wrap(all);
        } finally {
            lock.unlock();
        }
    }

    /** How many bytes can be read without a wait. */
    public int available() throws IOException {
        lock.lock();
        try {
            if (bytes.size() == 0 && !isEnded) {
                checkOpen();
            }
            return isClosed() ? 0 : bytes.size();
        } finally {
            lock.unlock();
        }
    }

    /** Waits for a byte or the end; {@code loopTask} lets the loop receive again. */
    public int read(byte[] to, int offset, int length, Runnable loopTask) throws IOException {
        checkThread();
        if (length == 0) {
            return 0;
        }
        boolean isToResume;
        int given;
        lock.lock();
        try {
            if (!awaitBytes()) {
                return -1;
            }
            given = bytes.take(to, offset, length);
            isToResume = isResumed();
        } finally {
            lock.unlock();
        }
        if (isToResume) {
            loopTask.run();
        }
        return given;
    }

    /** As {@link #read}: all there is, in an array of its own; an empty one is the end. */
    public byte[] read(Runnable loopTask) throws IOException {
        checkThread();
        boolean isToResume;
        byte[] all;
        lock.lock();
        try {
            if (!awaitBytes()) {
                return END;
            }
            all = new byte[bytes.size()];
            bytes.take(all, 0, all.length);
            isToResume = isResumed();
        } finally {
            lock.unlock();
        }
        if (isToResume) {
            loopTask.run();
        }
        return all;
    }

    /** False at the end. What came before a failure is read before it is told. */
    private boolean awaitBytes() throws IOException {
        long since = System.nanoTime();
        while (bytes.size() == 0 || isClosed()) {
            if (isEnded && !isClosed()) {
                return false;
            }
            checkOpen();
            await(since, 0);
        }
        return true;
    }

    private boolean isResumed() {
        boolean isToResume = isHeld && bytes.size() <= ByteRing.CAPACITY / 2;
        if (isToResume) {
            isHeld = false;
            isResumeDue = true;
        }
        return isToResume;
    }
}
