package dev.millrace.blocking;

import dev.millrace.loop.Loop;
import dev.millrace.stream.WriteStream;
import java.io.IOException;
import java.net.SocketException;

/** What the threads have written and their loop has not taken yet. */
public final class BlockingOutbox extends BlockingHalf {
    /** A thread is inside a write: that of another one comes behind all of it. */
    private boolean isWriting;

    /** No thread writes any more; what was written still goes out. */
    private boolean isEnding;

    private final String subject;

    public BlockingOutbox(Loop loop, String subject) {
        super(loop, "writing", subject);
        this.subject = subject;
    }

    /** Waits until all of it has room; {@code loopTask} makes the loop take it. */
    public void write(byte[] from, int offset, int length, Runnable loopTask) throws IOException {
        checkThread();
        long since = System.nanoTime();
        lock.lock();
        try {
            while (isWriting) {
                checkWritable();
                await(since, 0);
            }
            checkWritable();
            isWriting = true;
            try {
                put(from, offset, length, since, loopTask);
            } finally {
                isWriting = false;
                changed.signalAll();
            }
        } finally {
            lock.unlock();
        }
        if (length > 0) {
            loopTask.run();
        }
    }

    private void put(byte[] from, int offset, int length, long since, Runnable loopTask)
            throws IOException {
        int done = bytes.put(from, offset, length);
        while (done < length) {
            loopTask.run();
            await(since, done);
            checkWritable();
            done += bytes.put(from, offset + done, length - done);
        }
    }

    /** Throws the stream's failure, if there was one before the threads were through. */
    public void check() throws IOException {
        lock.lock();
        try {
            if (!isEnding) {
                checkOpen();
            }
        } finally {
            lock.unlock();
        }
    }

    private void checkWritable() throws IOException {
        checkOpen();
        if (isEnding) {
            throw new SocketException(subject + " output is shutdown");
        }
    }

    /** No thread writes any more. */
    public void end() {
        lock.lock();
        try {
            isEnding = true;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** Whether everything was taken, and nothing more will be written. */
    public boolean isOver() {
        lock.lock();
        try {
            return isEnding && bytes.size() == 0;
        } finally {
            lock.unlock();
        }
    }

    /** Hands what there is to {@code stream}; false if that takes no more before its drain. */
    public boolean drainTo(WriteStream stream) {
        lock.lock();
        try {
            boolean isBelow = true;
            while (isBelow && bytes.size() > 0) {
                int length = bytes.straight();
                isBelow = stream.write(bytes.array(), bytes.head(), length);
                bytes.skip(length);
            }
            changed.signalAll();
            return isBelow;
        } finally {
            lock.unlock();
        }
    }
}
