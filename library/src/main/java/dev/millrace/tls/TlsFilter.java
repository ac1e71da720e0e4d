package dev.millrace.tls;

import dev.millrace.loop.Work;
import dev.millrace.stream.Filter;
import dev.millrace.stream.FilterWire;
import java.io.IOException;
import java.util.Optional;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * Drives a {@link RecordLayer} on a stream.
 *
 * <pre>
 *   attached ──connected──▶ shaking hands ◀──task──▶ a thread
 *                               │ secure
 *                               ▼
 *        our end: close_notify, FIN ◀── open ──▶ the peer's close_notify: the reader's end
 *   anywhere: an error, or a FIN without close_notify ──▶ fail
 * </pre>
 */
final class TlsFilter implements Filter, RecordLayer.Outlet {
    /** What is sent at once, of several records. */
    private static final int CHUNK_BYTES = 68 << 10;

    private static final ThreadLocal<byte[]> CHUNK =
            ThreadLocal.withInitial(() -> new byte[CHUNK_BYTES]);

    private final TlsConnection connection;
    private final RecordLayer records;
    private final Executor threads;
    private @Nullable FilterWire wire;
    private @Nullable Work<Boolean> task;
    private @Nullable TlsSession session;
    private boolean isConnected;
    private boolean isOver;

    /** What has ended it, if that was found here. */
    private @Nullable IOException failure;

    /** Our side is ended: nothing more is sent. */
    private boolean isEnded;

    TlsFilter(TlsConnection connection, RecordLayer records, Executor threads) {
        this.connection = connection;
        this.records = records;
        this.threads = threads;
    }

    Optional<TlsSession> session() {
        return Optional.ofNullable(session);
    }

    private FilterWire wire() {
        FilterWire attached = wire;
        if (attached == null) {
            throw new IllegalStateException("the filter is on no stream");
        }
        return attached;
    }

    @Override
    public void attach(FilterWire to) {
        if (wire != null) {
            throw new IllegalStateException("a TlsConnection is for one stream");
        }
        wire = to;
    }

    @Override
    public void connected() {
        isConnected = true;
        connection.connected();
        attempt(() -> records.begin(this));
    }

    @Override
    public void received(byte[] array, int offset, int length) {
        attempt(() -> records.received(array, offset, length, this));
    }

    /** Something that the record layer does, and what it leads to. */
    private void attempt(Step step) {
        if (isOver) {
            return;
        }
        try {
            step.run();
        } catch (IOException e) {
            fail(e);
            return;
        }
        settle();
    }

    private interface Step {
        void run() throws IOException;
    }

    private void settle() {
        secureIfDone();
        Runnable due = isOver ? null : records.task();
        if (due != null) {
            offload(due);
        }
        if (records.isPeerClosed() && session != null && !isOver) {
            wire().deliverEnd();
            if (records.isOutputOver()) {
                sendEnd();
            }
        }
    }

    private void secureIfDone() {
        if (session == null && records.isSecure() && !isOver) {
            TlsSession agreed = records.session();
            session = agreed;
            connection.over();
            connection.ended(agreed, null);
            wire().ready();
            connection.secured();
        }
    }

    private void offload(Runnable due) {
        Work<Boolean> work = connection.offload(threads, due);
        task = work;
        work.whenComplete((done, thrown) -> {
            task = null;
            if (thrown == null) {
                proceed();
            } else if (!isOver) {
                fail(failed(thrown));
            }
        });
    }

    /** No callback of the stream runs below this one, so that what a listener throws ends here. */
    private void proceed() {
        try {
            attempt(() -> records.proceed(this));
        } catch (RuntimeException e) {
            String text = "a listener of the stream threw " + e;
            fail(TlsErrors.causedBy(new IOException(text), e));
        }
    }

    /** A task threw, or there is no thread left. */
    private static IOException failed(Throwable thrown) {
        Throwable cause =
                thrown instanceof CompletionException && thrown.getCause() != null
                        ? thrown.getCause()
                        : thrown;
        return TlsErrors.causedBy(TlsErrors.of(TlsErrors.HANDSHAKE, cause.toString()), cause);
    }

    void fail(IOException error) {
        if (!isOver) {
            failure = error;
            wire().fail(error);
        }
    }

    @Override
    public void plain(byte[] array, int offset, int length) {
        secureIfDone();
        if (!isOver) {
            wire().deliver(array, offset, length);
        }
    }

    @Override
    public void records(byte[] array, int offset, int length) {
        if (!isOver && !isEnded && length > 0) {
            wire().send(array, offset, length);
        }
    }

    @Override
    public void receivedEnd() {
        attempt(records::endOfInput);
    }

    @Override
    public void written(byte[] array, int offset, int length) {
        byte[] chunk = CHUNK.get();
        int at = 0;
        try {
            while (at < length && !isOver) {
                RecordLayer.Encrypted made =
                        records.encrypt(array, offset + at, length - at, chunk);
                at += made.plainBytes();
                records(chunk, 0, made.recordBytes());
            }
        } catch (IOException e) {
            fail(e);
        }
    }

    @Override
    public void writtenEnd() {
        attempt(() -> records.close(this));
        sendEnd();
    }

    private void sendEnd() {
        if (!isEnded && !isOver) {
            isEnded = true;
            wire().sendEnd();
        }
    }

    @Override
    public void closed() {
        if (isConnected && session == null && !isOver) {
            connection.ended(null, failure == null ? TlsErrors.gone() : failure);
        }
        isOver = true;
        records.abandon();
        connection.over();
        Work<Boolean> running = task;
        if (running != null) {
            running.cancel(false);
        }
    }
}
