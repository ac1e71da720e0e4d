package dev.millrace.files;

import dev.millrace.kernel.SystemError;
import dev.millrace.stream.Region;
import dev.millrace.sys.Errno;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;

/** A file that the JDK has opened. */
final class ChannelFile extends OpenFile {
    private final FileChannel channel;

    ChannelFile(FileChannel channel) throws IOException {
        this(channel, channel.size(), new AtomicInteger(1));
    }

    private ChannelFile(FileChannel channel, long length, AtomicInteger holders) {
        super(length, holders);
        this.channel = channel;
    }

    @Override
    OpenFile again(AtomicInteger holders) {
        return new ChannelFile(channel, length(), holders);
    }

    @Override
    public int read(byte[] array, int offset, int length, long position) throws IOException {
        try {
            return channel.read(ByteBuffer.wrap(array, offset, length), position);
        } catch (IOException e) {
            throw SystemError.of(e, "read", Errno.EIO);
        }
    }

    @Override
    public Optional<Region> region(long position, int length) {
        return Optional.empty();
    }

    @Override
    public boolean isCached(long position, long length) {
        return false;
    }

    @Override
    public int readCached(byte[] array, int offset, int length, long position) {
        return 0;
    }

    @Override
    public boolean isUnchanged() {
        return false;
    }

    @Override
    void closeFile() throws IOException {
        channel.close();
    }
}
