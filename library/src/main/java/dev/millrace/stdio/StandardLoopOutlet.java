package dev.millrace.stdio;

import dev.millrace.loop.Request;
import dev.millrace.loop.StreamEvents;
import dev.millrace.loop.StreamHandle;
import java.io.IOException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Bytes for a pipe, a terminal or a socket, which take them as they can. */
final class StandardLoopOutlet implements StandardOutlet, StreamEvents {
    private static final byte[] NOTHING = new byte[0];

    private final StreamHandle handle;
    private final StandardOutput output;

    StandardLoopOutlet(StreamHandle handle, StandardOutput output) {
        this.handle = handle;
        this.output = output;
        handle.owner(this);
    }

    @Override
    public void write(byte[] array, int offset, int length, boolean isLent) {
        if (isLent) {
            handle.write(array, offset, length, null);
        } else {
            handle.writeOwned(array, offset, length, null);
        }
    }

    @Override
    public long queuedBytes() {
        return handle.queuedBytes();
    }

    @Override
    public void notifyDrained() {
        handle.notifyDrained();
    }

    /** No shutdown(2): of a socket it would end the side that the shell and others write to too. */
    @Override
    public void end(Consumer<? super @Nullable IOException> finished) {
        handle.write(NOTHING, 0, 0, new Request(finished));
    }

    @Override
    public void close(Runnable closed) {
        handle.onClose(closed);
        handle.close();
    }

    /** Never told: the handle is not read. */
    @Override
    public void onRead(byte[] array, int offset, int length) {}

    @Override
    public void onEnd() {}

    @Override
    public void onError(IOException error) {
        output.destroy(error);
    }

    @Override
    public void onDrained() {
        output.drained();
    }

    @Override
    public void onThrown(Throwable thrown) {
        output.thrown(thrown);
    }
}
