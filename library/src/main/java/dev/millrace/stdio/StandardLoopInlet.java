package dev.millrace.stdio;

import dev.millrace.loop.StreamEvents;
import dev.millrace.loop.StreamHandle;
import java.io.IOException;

/** Bytes of a pipe, a terminal or a socket, by the loop's events. */
final class StandardLoopInlet implements StandardInlet, StreamEvents {
    private final StreamHandle handle;
    private final StandardInput input;

    StandardLoopInlet(StreamHandle handle, StandardInput input) {
        this.handle = handle;
        this.input = input;
        handle.owner(this);
    }

    @Override
    public void start() {
        handle.readStart();
    }

    @Override
    public void stop() {
        handle.readStop();
    }

    @Override
    public void reference(boolean isReferenced) {
        if (isReferenced) {
            handle.ref();
        } else {
            handle.unref();
        }
    }

    @Override
    public void close(Runnable closed) {
        handle.onClose(closed);
        handle.close();
    }

    @Override
    public void onRead(byte[] array, int offset, int length) {
        input.inbound().deliver(array, offset, length);
    }

    @Override
    public void onEnd() {
        input.inbound().end();
    }

    @Override
    public void onError(IOException error) {
        input.destroy(error);
    }

    @Override
    public void onThrown(Throwable thrown) {
        input.thrown(thrown);
    }
}
