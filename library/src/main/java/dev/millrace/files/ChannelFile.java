package dev.millrace.files;

import dev.millrace.kernel.SystemError;
import dev.millrace.stream.Region;
import dev.millrace.sys.Errno;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.util.Optional;

/** A file that the JDK has opened. */
final class ChannelFile extends OpenFile {
    private final FileChannel channel;

    ChannelFile(FileChannel channel) throws IOException {
        super(channel.size());
        this.channel = channel;
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
    public void close() throws IOException {
        channel.close();
    }
}
