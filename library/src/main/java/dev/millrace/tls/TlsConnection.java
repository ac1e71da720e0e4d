package dev.millrace.tls;

import dev.millrace.loop.Loop;
import dev.millrace.loop.TimerHandle;
import dev.millrace.loop.Work;
import dev.millrace.loop.WorkPool;
import dev.millrace.stream.Filter;
import dev.millrace.stream.Listeners;
import java.io.IOException;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import jdk.jfr.FlightRecorder;
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

    private static final boolean HAS_FLIGHT_RECORDER =
            ModuleLayer.boot().findModule("jdk.jfr").isPresent();

    private final Loop loop;
    private final TlsOptions options;
    private final TlsFilter filter;
    private @Nullable Runnable secure;
    private @Nullable TimerHandle timer;
    private final boolean isClient;

    /** When the connection stood; its handshake's outcome is told to the flight recorder once. */
    private long beganNanos;

    private TlsConnection(Loop loop, TlsOptions options, EngineSource source, Executor threads) {
        this.loop = loop;
        this.options = options;
        this.isClient = source.isClient();
        RecordLayer records = new EngineRecords(source, loop::hrtime, InstantSource.system());
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
        return new TlsConnection(loop, options, Engines.of(options).ofServer(), threads);
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
     * Makes ready what the first handshake of a server with {@code options} would wait for, on a
     * thread: certificates are read, and the JDK's engine is set up and warm. Servers do so when
     * they listen. Any thread.
     */
    public static void prepare(TlsOptions options) {
        try {
            THREADS.execute(() -> {
                try {
                    Engines.of(options).prepare();
                    WarmUp.of(options);
                } catch (RuntimeException e) {
                    // The first handshake fails with it, and says so where it is heard.
                }
            });
        } catch (RejectedExecutionException e) {
            // All threads shake hands: what there is to warm is warm.
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
        EngineSource source = Engines.of(options).ofClient(name, port);
        return new TlsConnection(loop, options, source, threads);
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
        beganNanos = loop.hrtime();
        timer = loop.setTimeout(options.handshakeLimit(), () -> loop.setImmediate(this::late));
        timer.unref();
    }

    /** A loop that was busy has read meanwhile, so it may be done. */
    private void late() {
        if (timer != null) {
            filter.fail(TlsErrors.late(options.handshakeLimit().toString()));
        }
    }

    /** The handshake has ended, so or so: heard once. */
    void ended(@Nullable TlsSession session, @Nullable IOException failure) {
        if (HAS_FLIGHT_RECORDER && FlightRecorder.isInitialized()) {
            long took = loop.hrtime() - beganNanos;
            HandshakeEvent.commit(loop.threadName(), isClient, took, session, failure);
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
