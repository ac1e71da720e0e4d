package dev.millrace.web;

import dev.millrace.blocking.BlockingInbox;
import dev.millrace.blocking.BlockingOutbox;
import dev.millrace.http.ServerRequest;
import dev.millrace.http.ServerResponse;
import dev.millrace.loop.Loop;
import dev.millrace.loop.LoopStage;
import dev.millrace.stream.BytesListener;
import java.io.IOException;
import java.net.SocketException;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The loop's end of an exchange that a thread serves.
 *
 * <pre>
 *   request ──onBytes──▶ inbox ──▶ read         full: paused until half of it was read
 *   response ◀──write──── outbox ◀── write      full: the thread waits for the drain
 * </pre>
 *
 * What the thread wants of the loop it leaves here, and hands this object over as a task unless it
 * is on its way already.
 */
final class ExchangeBridge implements BytesListener, Runnable {
    final BlockingInbox inbox;
    final BlockingOutbox outbox;
    private final ServerRequest request;
    private final ServerResponse response;
    private final Loop loop;

    /** Fails with what goes wrong on the loop; made in the handler, which answers for it. */
    private final LoopStage<Void> trouble;

    /** This is on its way to the loop. */
    private final AtomicBoolean isDue = new AtomicBoolean();

    /** The thread reads. */
    private volatile boolean isBodyWanted;

    /** The head as the thread has decided it. */
    private volatile @Nullable List<Consumer<ServerResponse>> head;

    /** The whole body, where the thread had all of it before the head. */
    private volatile byte @Nullable [] whole;

    /** No byte can reach the client, or come from it. */
    private volatile boolean isOver;

    private boolean isReading;
    private boolean isBegun;

    /** The response has no room before its drain. */
    private boolean isFull;

    private boolean isEnded;

    ExchangeBridge(ServerRequest request, ServerResponse response) {
        this.request = request;
        this.response = response;
        this.loop = request.loop();
        this.trouble = new LoopStage<>(loop);
        this.inbox = new BlockingInbox(loop, "Request");
        this.outbox = new BlockingOutbox(loop, "Response");
        response.onDrain(this::drained);
        request.onEnd(inbox::end);
    }

    /** Any thread: the loop is to look at what is left here for it. */
    void wake() {
        if (isDue.compareAndSet(false, true)) {
            loop.execute(this);
        }
    }

    /** The thread is about to read. */
    void wantBody() {
        if (!isBodyWanted) {
            isBodyWanted = true;
            wake();
        }
    }

    /** The thread has decided the head, and the body follows. */
    void begin(List<Consumer<ServerResponse>> decided) {
        head = List.copyOf(decided);
        wake();
    }

    void write(byte[] array, int offset, int length) throws IOException {
        outbox.write(array, offset, length, this::wake);
    }

    /** Throws the failure of the exchange, if there was one. */
    void check() throws IOException {
        outbox.check();
    }

    /** The thread has decided all of the response at once. */
    void end(List<Consumer<ServerResponse>> decided, byte[] body) {
        whole = body;
        head = List.copyOf(decided);
        end();
    }

    /** The thread writes no more. */
    void end() {
        outbox.end();
        wake();
    }

    @Override
    public void run() {
        // Before it looks: what the thread leaves from now on is another task.
        isDue.set(false);
        if (isOver) {
            return;
        }
        if (isBodyWanted && !isReading) {
            isReading = true;
            request.onError(inbox::over).onBytes(this);
        }
        try {
            respond();
        } catch (RuntimeException mistake) {
            fail(mistake);
        }
        if (inbox.takeResume()) {
            request.resume();
        }
    }

    private void drained() {
        isFull = false;
        try {
            pump();
        } catch (RuntimeException mistake) {
            fail(mistake);
        }
    }

    private void respond() {
        List<Consumer<ServerResponse>> decided = head;
        if (decided == null || isEnded) {
            return;
        }
        if (!isBegun) {
            isBegun = true;
            decided.forEach(change -> change.accept(response));
            byte[] body = whole;
            if (body != null) {
                isEnded = true;
                response.end(body);
                return;
            }
            response.flushHead();
        }
        pump();
    }

    private void pump() {
        if (!isFull) {
            isFull = !outbox.drainTo(response);
        }
        if (!isEnded && outbox.isOver()) {
            isEnded = true;
            response.end();
        }
    }

    /** The thread has made a mistake that shows here: as if it were thrown there. */
    private void fail(RuntimeException mistake) {
        outbox.over(new IOException(mistake));
        trouble.completeExceptionally(mistake);
    }

    /** The exchange is over, and whatever the thread still does is of no use. */
    void over() {
        isOver = true;
        inbox.over(new SocketException("the client has left"));
        outbox.over(new SocketException("the client has left"));
    }

    /** Any thread: whether the client has left, or has all of the response. */
    boolean isOver() {
        return isOver;
    }

    /** Whether the response was ended here. */
    boolean isEnded() {
        return isEnded;
    }

    @Override
    public int onBytes(byte[] array, int offset, int length) {
        int taken = inbox.put(array, offset, length);
        if (taken < length || inbox.isHeld()) {
            request.pause();
        }
        return taken;
    }
}
