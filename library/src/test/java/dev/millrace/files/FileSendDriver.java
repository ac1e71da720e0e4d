package dev.millrace.files;

import dev.millrace.driver.FileRegion;
import dev.millrace.driver.ForwardingDriver;
import dev.millrace.driver.Port;

/** What of a file the loop had the kernel send, in bytes, and how often it asked. */
final class FileSendDriver extends ForwardingDriver {
    long sent;
    int most;
    int fromDisk;
    boolean sendsFiles = true;

    @Override
    public boolean sendsFiles(Port port) {
        return sendsFiles && super.sendsFiles(port);
    }

    @Override
    public int trySendFile(Port port, FileRegion region, int offset, int length) {
        most = Math.max(most, length);
        boolean isCached = region.file().isCached(region.position() + offset, length);
        fromDisk += isCached ? 0 : 1;
        int count = super.trySendFile(port, region, offset, length);
        sent += Math.max(0, count);
        return count;
    }
}
