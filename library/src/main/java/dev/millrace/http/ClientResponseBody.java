package dev.millrace.http;

import dev.millrace.stream.Listeners;
import dev.millrace.stream.ReadSide;
import java.io.IOException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The bytes of one response's body on their way from the parser to the response's reader. */
final class ClientResponseBody implements ReadSide.Source {
    private final ClientConnection connection;
    private final ClientExchange exchange;
    private final ClientResponse response;
    private final ReadSide read = ReadSide.started(this);
    private @Nullable Consumer<? super IOException> errorListener;
    private @Nullable Runnable closeListener;

    /** All of it arrived. */
    private boolean isComplete;

    /** The end waits for a reader: the response had no body, and its stage is looked at later. */
    private boolean isEndDue;

    /** Nothing more is told but the close. */
    private boolean isClosed;

    ClientResponseBody(
            ClientConnection connection, ClientExchange exchange, ClientResponse response) {
        this.connection = connection;
        this.exchange = exchange;
        this.response = response;
    }

    /** The reader's way in. */
    ReadSide read() {
        if (isEndDue) {
            isEndDue = false;
            soon(read::end);
        }
        return read;
    }

    boolean isComplete() {
        return isComplete;
    }

    boolean isClosed() {
        return isClosed;
    }

    void onError(Consumer<? super IOException> listener) {
        errorListener = Listeners.and(errorListener, listener);
    }

    void onClose(Runnable listener) {
        closeListener = Listeners.and(closeListener, listener);
        if (isClosed) {
            soon(listener);
        }
    }

    /** Some of the body has arrived; or all of it, when {@code length} is 0. */
    void arrived(byte[] array, int offset, int length) {
        if (isClosed) {
            return;
        }
        if (length > 0) {
            read.deliver(array, offset, length);
        } else {
            isComplete = true;
            isEndDue = read.isUnheard();
            if (!isEndDue) {
                read.end();
            }
        }
    }

    /** The exchange is over; answers whether a listener was told {@code error}. */
    boolean close(@Nullable IOException error) {
        boolean isBroken = error != null && !isClosed && !isComplete;
        Consumer<? super IOException> listener = errorListener;
        if (isBroken && listener != null) {
            soon(() -> listener.accept(error));
        }
        closed();
        return isBroken && listener != null;
    }

    private void closed() {
        if (!isClosed) {
            isClosed = true;
            read.destroy();
            if (closeListener != null) {
                soon(closeListener);
            }
        }
    }

    @Override
    public void startReading() {
        connection.letGo(response);
    }

    @Override
    public void stopReading() {
        connection.hold(response);
    }

    @Override
    public void soon(Runnable task) {
        exchange.request().soon(task);
    }

    @Override
    public void endTold() {
        closed();
    }

    /** The body is not what its reader takes. */
    @Override
    public void fail(IOException error) {
        isComplete = false;
        exchange.fail(error);
    }
}
