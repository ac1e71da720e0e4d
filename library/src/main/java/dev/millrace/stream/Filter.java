package dev.millrace.stream;

/**
 * Transforms the bytes of a stream in both directions, between the stream's user and its transport:
 * the one place where TLS sits. A stream has at most one. All calls come on the loop's thread, and
 * never one inside another but for what {@link FilterWire} says.
 *
 * <pre>
 *   user ──write──▶ written ────┐            ┌── FilterWire.send ────▶ transport
 *        ──end────▶ writtenEnd ─┼─ (filter) ─┼── FilterWire.sendEnd ─▶ FIN
 *   user ◀── FilterWire.deliver ┤            ├── received ◀──── transport
 *        ◀── deliverEnd ────────┘            └── receivedEnd ◀─ FIN
 * </pre>
 *
 * A filter starts with {@link #attach}. It may exchange bytes of its own with the peer, as TLS does
 * in its handshake, and says {@link FilterWire#ready} when the user may talk. Until then the user's
 * writes wait in memory, and count as queued; {@code onConnect} and the first data come after it.
 *
 * {@snippet class="dev.millrace.stream.StreamSnippets" region="filter"}
 */
public interface Filter {
    /**
     * The stream has this filter now. The filter may send its first bytes at once; they leave when
     * the connection stands.
     */
    void attach(FilterWire wire);

    /**
     * The connection stands: told once, behind {@link #attach} and before any byte, to a filter
     * that is not ready yet.
     */
    default void connected() {}

    /**
     * Bytes came from the transport, lent for the duration of the call. While the reader is paused
     * none come, once the filter is ready.
     */
    void received(byte[] array, int offset, int length);

    /**
     * The peer has ended its side, behind all the bytes it sent. A filter with a closing message of
     * its own can now tell a clean end, {@link FilterWire#deliverEnd}, from a truncated one, {@link
     * FilterWire#fail}. One of the two has to follow, unless the end was delivered before. A stream
     * that ends before the filter is ready fails without this call.
     */
    void receivedEnd();

    /** The user wrote bytes, lent for the duration of the call. Only called once ready. */
    void written(byte[] array, int offset, int length);

    /**
     * The user has ended its side. The filter sends what it held back and its closing message, then
     * calls {@link FilterWire#sendEnd}, now or later. Only called once ready.
     */
    void writtenEnd();

    /**
     * How many of the user's bytes the filter holds back: it has taken them by {@link #written} and
     * not yet sent what it makes of them. They count for {@code write}'s answer, for the {@link
     * WriteLimit} and for {@code onDrain}, and a write's callback waits for them. A filter that
     * needs more bytes from the writer before it can go on must hold less than {@link
     * WriteStream#HIGH_WATER_MARK_BYTES}, because from there on the writer waits.
     */
    default long heldBytes() {
        return 0;
    }

    /** The stream is over, for whatever reason; no other call follows. */
    default void closed() {}
}
