package dev.millrace.tls;

import dev.millrace.loop.Loop;
import dev.millrace.loop.TimerHandle;
import dev.millrace.loop.Work;
import dev.millrace.loop.WorkPool;
import dev.millrace.stream.Filter;
import dev.millrace.stream.Listeners;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.Executor;
import javax.net.ssl.SSLEngine;
import org.jspecify.annotations.Nullable;

/**
 * One end of a TLS connection, to be put on a stream by its {@link #filter}. Sockets, servers and
 * clients take {@link TlsOptions} and do so by themselves. Belongs to its loop's thread.
 *
 * <p>Its stream is ready behind the handshake. What is wrong, with the peer's certificate for
 * instance, is an error of the stream, with a code: {@code ERR_TLS_CERT_ALTNAME_INVALID} tells for
 * which name, and what the certificate is for. The peer's end without its closing message is {@code
 * ERR_TLS_TRUNCATED}, and never an end of the data (RFC 8446 section 6.1). With TLS 1.3 each side
 * ends by itself; with 1.2 the first end is that of both (RFC 5246 section 7.2.1).
 *
 * {@snippet class="dev.millrace.tls.TlsExamplesTest" region="filter"}
 */
public final class TlsConnection {
    /** As many threads as libuv has; work past the places fails its handshake. */
    private static final WorkPool THREADS =
            new WorkPool("millrace-tls", WorkPool.THREADS, WorkPool.WAITING_MAX);

    private final Loop loop;
    private final TlsOptions options;
    private final TlsFilter filter;
    private @Nullable Runnable secure;
    private @Nullable TimerHandle timer;

    private TlsConnection(Loop loop, TlsOptions options, RecordLayer records, Executor threads) {
        this.loop = loop;
        this.options = options;
        this.filter = new TlsFilter(this, records, threads);
    }

    /**
     * The server's end.
     *
     * @throws IllegalArgumentException if {@code options} have no identity and no names
     */
    public static TlsConnection server(Loop loop, TlsOptions options) {
        return server(loop, options, THREADS);
    }

    /** {@code threads} run what a handshake calculates. */
    static TlsConnection server(Loop loop, TlsOptions options, Executor threads) {
        loop.checkThread();
        checkServer(options);
        return new TlsConnection(
                loop, options, records(loop, Engines.of(options).server()), threads);
    }

    /**
     * Says at once what a handshake would say much later.
     *
     * @throws IllegalArgumentException if a server can't have these options
     */
    public static void checkServer(TlsOptions options) {
        if (options.identity().isEmpty() && options.names().isEmpty()) {
            throw new IllegalArgumentException(
                    "a server needs a certificate and its key: TlsOptions.of(TlsIdentity.ofPem(chain,"
                            + " key))");
        }
    }

    /**
     * The client's end, of a connection to {@code host}, which is the name to be verified unless
     * the options name another; with {@code port} it tells which session may be resumed.
     */
    public static TlsConnection client(Loop loop, TlsOptions options, String host, int port) {
        return client(loop, options, host, port, THREADS);
    }

    static TlsConnection client(
            Loop loop, TlsOptions options, String host, int port, Executor threads) {
        loop.checkThread();
        String name = options.serverName().orElse(host);
        SSLEngine engine = Engines.of(options).client(name, port);
        return new TlsConnection(loop, options, records(loop, engine), threads);
    }

    private static RecordLayer records(Loop loop, SSLEngine engine) {
        return new EngineRecords(engine, loop::hrtime, InstantSource.system());
    }

    /** What does it, for one stream. */
    public Filter filter() {
        loop.checkThread();
        return filter;
    }

    /**
     * The handshake is done: told before any data.
     *
     * @throws IllegalStateException if there is a listener
     */
    public TlsConnection onSecure(Runnable listener) {
        loop.checkThread();
        secure = Listeners.once(secure, listener, "onSecure");
        return this;
    }

    /** What was agreed on; empty before. */
    public Optional<TlsSession> session() {
        loop.checkThread();
        return filter.session();
    }

    /**
     * {@code TlsConnection[shaking hands]}, {@code TlsConnection[TLSv1.3, TLS_AES_128_GCM_SHA256]}.
     * Any thread.
     */
    @Override
    public String toString() {
        String state =
                filter.session()
                        .map(agreed -> agreed.protocol() + ", " + agreed.suite())
                        .orElse("shaking hands");
        return "TlsConnection[" + state + "]";
    }

    /** The stream stands, and the time of the handshake runs. */
    void connected() {
        timer = loop.setTimeout(options.handshakeLimit(), () -> loop.setImmediate(this::late));
        timer.unref();
    }

    /** A loop that was busy has read meanwhile, so it may be done. */
    private void late() {
        if (timer != null) {
            filter.fail(TlsErrors.late(options.handshakeLimit().toString()));
        }
    }

    void over() {
        if (timer != null) {
            timer.close();
            timer = null;
        }
    }

    void secured() {
        if (secure != null) {
            secure.run();
        }
    }

    /** A step of the handshake, off the loop. */
    Work<Boolean> offload(Executor threads, Runnable task) {
        return loop.offload(
                threads,
                () -> {
                    task.run();
                    return true;
                });
    }
}
