package dev.millrace.cli;

import dev.millrace.http.ServerResponse;
import dev.millrace.loop.Loop;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.util.Arrays;

/**
 * Sends a part of a file as an answer's body, one chunk at a time: the next one is read only when
 * the socket has taken the last one, so a peer that does not read costs one chunk of memory.
 *
 * <pre>
 *   read (virtual thread) ──▶ write (loop) ──taken, or onDrain──▶ read … ──▶ end
 *   the peer leaves, or the file is shorter than it was: the file is closed
 * </pre>
 */
final class FileBody {
    static final int CHUNK_BYTES = 128 * 1024;

    private final Loop loop;
    private final ServerResponse response;
    private final FileChannel channel;
    private final long end;
    private long position;
    private boolean isReading;

    /** {@code channel} is closed when the answer is over. */
    FileBody(Loop loop, ServerResponse response, FileChannel channel, ByteRange part) {
        this.loop = loop;
        this.response = response;
        this.channel = channel;
        this.position = part.first();
        this.end = part.first() + part.length();
    }

    void start() {
        response.onDrain(this::readNext);
        response.onClose(() -> {
            if (!isReading) {
                close(channel);
            }
        });
        readNext();
    }

    private void readNext() {
        if (isReading || response.isClosed() || response.isEnded()) {
            return;
        }
        isReading = true;
        long from = position;
        int length = (int) Math.min(CHUNK_BYTES, end - from);
        Thread.startVirtualThread(() -> readChunk(from, length));
    }

    /** Off the loop. */
    private void readChunk(long from, int length) {
        byte[] chunk;
        try {
            chunk = read(channel, from, length);
        } catch (IOException e) {
            chunk = new byte[0];
        }
        byte[] arrived = chunk;
        loop.execute(() -> arrived(arrived, length));
    }

    private void arrived(byte[] chunk, int expected) {
        isReading = false;
        if (response.isClosed()) {
            close(channel);
            return;
        }
        if (chunk.length < expected) {
            // The announced length can't be kept; half an answer must not pass for a whole one.
            response.socket().destroy();
            return;
        }
        position += chunk.length;
        boolean mayGoOn = response.write(ByteBuffer.wrap(chunk));
        if (position == end) {
            response.end();
        } else if (mayGoOn) {
            readNext();
        }
    }

    /** Off the loop, because closing can wait for a disk as well. */
    static void close(FileChannel channel) {
        Thread.startVirtualThread(() -> {
            try {
                channel.close();
            } catch (IOException e) {
                Console.complain("closing a file failed: " + Console.oneLine(e));
            }
        });
    }

    /** The bytes from {@code from} on; fewer than {@code length} only when the file ends before. */
    static byte[] read(FileChannel channel, long from, long length) throws IOException {
        byte[] bytes = new byte[Math.toIntExact(length)];
        ByteBuffer buffer = ByteBuffer.wrap(bytes);
        while (buffer.hasRemaining()) {
            if (channel.read(buffer, from + buffer.position()) < 0) {
                return Arrays.copyOf(bytes, buffer.position());
            }
        }
        return bytes;
    }
}
