package dev.millrace.stdio;

import dev.millrace.loop.Request;
import dev.millrace.loop.StreamEvents;
import dev.millrace.loop.StreamHandle;
import java.io.IOException;

/** Bytes for a pipe, a terminal or a socket, which take them as they can. */
final class LoopOutlet extends Outlet implements StreamEvents {
    private static final byte[] NOTHING = new byte[0];

    private final StreamHandle handle;

    LoopOutlet(StreamHandle handle, StandardOutput output) {
        super(handle.loop(), output);
        this.handle = handle;
        handle.owner(this);
    }

    @Override
    void write(byte[] array, int offset, int length, boolean isLent) {
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
    protected void notifyDrained() {
        handle.notifyDrained();
    }

    /** No shutdown(2): of a socket it would end the side that the shell and others write to too. */
    @Override
    protected void handEndOn() {
        handle.write(NOTHING, 0, 0, new Request(this::ended));
    }

    @Override
    void close(Runnable closed) {
        handle.onClose(closed);
        handle.close();
    }

    /** It is never read from. */
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
        drained();
    }

    @Override
    public void onThrown(Throwable thrown) {
        output.thrown(thrown);
    }
}
