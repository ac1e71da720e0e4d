package dev.millrace.http;

import dev.millrace.stream.Listeners;
import dev.millrace.stream.ReadSide;
import java.io.IOException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The bytes of one request's body on their way from the parser to the request's reader, and how
 * they end; the twin of {@link ResponseBody}.
 *
 * <pre>
 *   open ──discard──▶ answered ──▶ closed         closed is also reached from open
 * </pre>
 */
final class RequestBody implements ReadSide.Source {
    private final ServerRequest request;

    /** Null while nothing listens and nothing has come, as with most requests. */
    private @Nullable ReadSide read;

    private @Nullable Consumer<? super IOException> errorListener;
    private @Nullable Runnable closeListener;

    /** The field lines behind it; they come with its end. */
    private HttpHeaders trailers = HttpHeaders.NONE;

    /** All of it arrived, whatever has become of the exchange. */
    private boolean isComplete;

    /** The end came before there was a read side. */
    private boolean isEndMissed;

    /** The response is out, and the rest of the body is thrown away. */
    private boolean isAnswered;

    /** The exchange is over: nothing more is told of the body. */
    private boolean isClosed;

    /** Why it did not arrive whole, where that is known. */
    private @Nullable IOException failure;

    RequestBody(ServerRequest request) {
        this.request = request;
    }

    ReadSide read() {
        ReadSide side = read;
        if (side == null) {
            side = ReadSide.started(this);
            read = side;
            if (isEndMissed) {
                side.end();
            }
            if (isClosed) {
                side.destroy();
            }
        }
        return side;
    }

    /** Whether nothing would be called by what arrives. */
    boolean isUnheard() {
        return read == null || read.isUnheard();
    }

    boolean isComplete() {
        return isComplete;
    }

    boolean isClosed() {
        return isClosed;
    }

    @Nullable IOException failure() {
        return failure;
    }

    void onError(Consumer<? super IOException> listener) {
        errorListener = Listeners.and(errorListener, listener);
    }

    void onClose(Runnable listener) {
        closeListener = Listeners.and(closeListener, listener);
        if (isClosed()) {
            soon(listener);
        }
    }

    /** Some of the body has arrived; or all of it, when {@code length} is 0. */
    void arrived(byte[] array, int offset, int length) {
        if (isClosed()) {
            return;
        }
        if (length > 0) {
            read().deliver(array, offset, length);
        } else {
            isComplete = true;
            if (read == null) {
                isEndMissed = true;
            } else {
                read.end();
            }
        }
    }

    /** The field lines of the trailer have arrived, and the empty one that ends them. */
    void trailersArrived(byte[] lines) {
        trailers = new HttpHeaders(lines, 0);
    }

    HttpHeaders trailers() {
        return trailers;
    }

    /** There is no body, whose end is still to be told. */
    void completed() {
        isComplete = true;
    }

    /** The exchange is answered: the rest of the body is thrown away as it comes (row R59). */
    void discard() {
        isAnswered = true;
        if (request.contentLength() == 0) {
            return;
        }
        if (read().isPaused()) {
            stopReading();
            connection().intake().resumeBody(request);
        } else {
            read().resume();
        }
    }

    /** The exchange is over; {@code error} tells why the body did not arrive whole. */
    void close(@Nullable IOException error) {
        if (isClosed()) {
            return;
        }
        isClosed = true;
        failure = error;
        if (read != null) {
            read.destroy();
        }
        Consumer<? super IOException> listener = errorListener;
        if (error != null && !isComplete && listener != null) {
            soon(() -> listener.accept(error));
        }
        if (closeListener != null) {
            soon(closeListener);
        }
    }

    private ServerConnection connection() {
        return request.connection();
    }

    @Override
    public void startReading() {
        connection().intake().resumeBody(request);
    }

    @Override
    public void stopReading() {
        if (isAnswered && !isClosed) {
            // A reader that stops after the response was given can't hold up the next request.
            read().destroy();
        } else if (!isClosed) {
            connection().intake().pauseBody(request);
        }
    }

    @Override
    public void soon(Runnable task) {
        connection().loop().nextTick(() -> request.enter(task));
    }

    @Override
    public void endTold() {}

    /** The body is not what its reader takes: whatever else it is, it is not complete. */
    @Override
    public void fail(IOException error) {
        isComplete = false;
        close(error);
        request.destroy();
    }
}
