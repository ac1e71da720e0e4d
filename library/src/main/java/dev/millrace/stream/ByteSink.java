package dev.millrace.stream;

import java.io.IOException;

/** Where a {@link Filter} puts bytes: towards the reader, or towards the peer. */
public interface ByteSink {
    /** Hands on bytes, which are copied or consumed at once. */
    void write(byte[] array, int offset, int length);

    /** No more bytes in this direction. */
    void end();

    /** Destroys the stream with {@code error}. */
    void fail(IOException error);
}
