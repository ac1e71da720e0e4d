package dev.millrace.files;

import dev.millrace.driver.FileRegion;
import dev.millrace.driver.ForwardingDriver;
import dev.millrace.driver.Port;

/** What of a file the loop had the kernel send, in bytes, and how often it asked. */
final class FileSendDriver extends ForwardingDriver {
    long sent;
    int most;

    /** Parts that were begun in one turn. */
    int mostInOneTurn;

    private int inThisTurn;
    int fromDisk;
    boolean sendsFiles = true;

    @Override
    public void poll(long timeoutNanos, Dispatcher dispatcher) {
        inThisTurn = 0;
        super.poll(timeoutNanos, dispatcher);
    }

    @Override
    public boolean sendsFiles(Port port) {
        return sendsFiles && super.sendsFiles(port);
    }

    @Override
    public int trySendFile(Port port, FileRegion region, int offset, int length) {
        most = Math.max(most, length);
        inThisTurn += offset == 0 ? 1 : 0;
        mostInOneTurn = Math.max(mostInOneTurn, inThisTurn);
        boolean isCached = region.file().isCached(region.position() + offset, length);
        fromDisk += isCached ? 0 : 1;
        int count = super.trySendFile(port, region, offset, length);
        sent += Math.max(0, count);
        return count;
    }
}
