package dev.millrace.stream;

/**
 * Transforms the bytes of a stream in both directions, between the socket and its user: the one
 * place where TLS or a proxy header sits. A stream has at most one. All calls come on the loop's
 * thread.
 */
public interface Filter {
    /**
     * Called once, before any byte: what goes to {@code reader} reaches the user, what goes to
     * {@code peer} the wire.
     */
    void attach(ByteSink reader, ByteSink peer);

    /** Bytes came from the wire, lent for the duration of the call. */
    void received(byte[] array, int offset, int length);

    /** The peer has ended its side. */
    void receivedEnd();

    /** The user wrote bytes, lent for the duration of the call. */
    void written(byte[] array, int offset, int length);

    /** The user has ended its side. */
    void writtenEnd();
}
