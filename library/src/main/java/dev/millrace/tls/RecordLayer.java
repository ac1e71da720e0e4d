package dev.millrace.tls;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * One end of a TLS connection, as bytes in and bytes out; what makes them is behind it. Its
 * promises, which {@code RecordLayerContract} checks:
 *
 * <ul>
 *   <li>Bytes may come cut anywhere. What is not a whole record is kept, and never more than {@link
 *       #HELD_MAX_BYTES} of it.
 *   <li>Nothing runs for long inside a call: a step of the handshake that takes a while is a {@link
 *       #task}, run on any thread, behind which {@link #proceed} is called. Bytes that come
 *       meanwhile are kept.
 *   <li>Plain bytes come behind {@link #isSecure} alone, never from a handshake under way.
 *   <li>An error is an {@link IOException} with a code, thrown once, behind the alert that tells it
 *       to the peer. No other call follows it.
 *   <li>The end of the input is clean behind the peer's close_notify, and truncation otherwise.
 *   <li>No renegotiation, and no flood of records that carry nothing.
 * </ul>
 *
 * <pre>
 *   shaking hands ──secure──▶ open ──close──▶ we closed ─┐
 *        ▲   │ task             └──peer's close_notify───┴──▶ both closed
 *        └───┘ proceed
 * </pre>
 */
interface RecordLayer {
    /** A whole chunk of a transport, behind the longest record there is. */
    int HELD_MAX_BYTES = 128 << 10;

    /** What comes out, lent for the duration of the call, from inside the layer's own calls. */
    interface Outlet {
        void plain(byte[] array, int offset, int length);

        void records(byte[] array, int offset, int length);
    }

    /** Begins the handshake; a client's first message comes out. */
    void begin(Outlet outlet) throws IOException;

    /** Bytes of the peer; all of them are used or kept. */
    void received(byte[] array, int offset, int length, Outlet outlet) throws IOException;

    /** The step that waits to be run off the loop, given out once; null when there is none. */
    @Nullable Runnable task();

    /** The task is done. */
    void proceed(Outlet outlet) throws IOException;

    /** Whether the handshake is done. */
    boolean isSecure();

    /** What the handshake has agreed on. */
    TlsSession session();

    /**
     * Records of some of the plain bytes, at {@code to} from its beginning; it has room for one
     * record at least.
     *
     * @return how many bytes of plain were used, and how many of {@code to}
     */
    Encrypted encrypt(byte[] plain, int offset, int length, byte[] to) throws IOException;

    /** How long a record can be at most. */
    int recordMaxBytes();

    /** Says close_notify. */
    void close(Outlet outlet) throws IOException;

    /** Whether the peer has said close_notify. */
    boolean isPeerClosed();

    /** Whether nothing can be sent any more: below TLS 1.3 one end's close is that of both. */
    boolean isOutputOver();

    /**
     * The transport has no more bytes.
     *
     * @throws IOException if the peer has not said that it is the end
     */
    void endOfInput() throws IOException;

    /** Nothing is wanted any more, from inside another call as well. */
    void abandon();

    /** What {@link #encrypt} has done. */
    record Encrypted(int plainBytes, int recordBytes) {}
}
