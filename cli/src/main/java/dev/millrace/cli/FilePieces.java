package dev.millrace.cli;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;

/** A part of an open file. */
final class FilePieces implements Pieces {
    static final int PIECE_BYTES = 128 * 1024;

    private final FileChannel channel;
    private final long end;
    private long position;

    FilePieces(FileChannel channel, ByteRange part) {
        this.channel = channel;
        this.position = part.first();
        this.end = part.first() + part.length();
    }

    @Override
    public byte[] next() throws IOException {
        byte[] bytes = new byte[(int) Math.min(PIECE_BYTES, end - position)];
        ByteBuffer buffer = ByteBuffer.wrap(bytes);
        while (buffer.hasRemaining()) {
            if (channel.read(buffer, position + buffer.position()) < 0) {
                // Its length was announced, or is about to be.
                throw new IOException("the file became shorter while it was sent");
            }
        }
        position += bytes.length;
        return bytes;
    }

    @Override
    public boolean isOver() {
        return position == end;
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
