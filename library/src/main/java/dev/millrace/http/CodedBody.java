package dev.millrace.http;

import dev.millrace.stream.WriteStream;
import org.jspecify.annotations.Nullable;

/** The bytes of a response while a {@link BodyCoder} changes them, if one does. */
final class CodedBody implements BodyOutlet {
    private final ResponseBody body;
    private final ServerResponse response;
    private @Nullable BodyCoding coding;
    private @Nullable BodyCoder coder;

    /** Bytes of the handler's that the coder has. */
    private long held;

    private boolean isChosen;
    private boolean isOver;

    CodedBody(ResponseBody body, ServerResponse response, BodyCoding coding) {
        this.body = body;
        this.response = response;
        this.coding = coding;
    }

    /** Decides, once; whether bytes go through a coder. */
    boolean choose(long length) {
        BodyCoding deciding = coding;
        if (!isChosen && deciding != null) {
            isChosen = true;
            coding = null;
            coder = deciding.begin(response, length, this);
        }
        return coder != null;
    }

    boolean isCoding() {
        return coder != null;
    }

    void write(byte[] array, int offset, int length, boolean isLent) {
        BodyCoder writing = coder;
        if (writing != null && !isOver && length > 0) {
            hold(length);
            writing.write(array, offset, length, isLent);
        }
    }

    /** The handler has ended it, with so little behind it that this may be all of it. */
    void endWriting() {
        if (coder != null && !isOver) {
            coder.end();
        }
    }

    long held() {
        return held;
    }

    void resume() {
        if (coder != null && !isOver) {
            coder.resume();
        }
    }

    /** What was held is lost, and what the coder still says is not heard. */
    void close() {
        BodyCoder closing = coder;
        isOver = true;
        isChosen = true;
        coding = null;
        coder = null;
        hold(-held);
        if (closing != null) {
            closing.close();
        }
    }

    private void hold(long count) {
        held += count;
        if (count != 0) {
            response.request.connection().responses().countWaiting(count);
        }
    }

    @Override
    public boolean isReady() {
        ServerConnection connection = response.request.connection();
        return !isOver
                && connection.responses().isFirst(response)
                && connection.socket().queuedBytes() < WriteStream.HIGH_WATER_MARK_BYTES;
    }

    @Override
    public void send(byte[] array, int offset, int length) {
        if (!isOver && length > 0) {
            body.frame(array, offset, length, true);
        }
    }

    @Override
    public void taken(int count) {
        if (isOver) {
            return;
        }
        hold(-count);
        if (held == 0) {
            body.socketDrained();
        }
    }

    @Override
    public void end() {
        if (!isOver) {
            close();
            body.complete();
        }
    }

    @Override
    public void later(Runnable task) {
        response.request
                .connection()
                .loop()
                .setImmediate(() -> {
                    if (!isOver) {
                        response.request.enter(task);
                    }
                });
    }
}
