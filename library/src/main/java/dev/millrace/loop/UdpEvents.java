package dev.millrace.loop;

import dev.millrace.kernel.IpAddress;
import java.io.IOException;

/**
 * What a {@link UdpHandle} reports to its one owner, on the loop's thread. The owner may close the
 * handle in any.
 *
 * {@snippet class="dev.millrace.loop.StreamHandleExamplesTest" region="udpEvents"}
 */
public interface UdpEvents {
    /**
     * A datagram arrived; its bytes are lent for the duration of the call. {@code isTruncated}: it
     * was longer than the buffer, which with the loop's own array can't happen, and the rest of it
     * is gone.
     */
    void onDatagram(byte[] array, int offset, int length, IpAddress from, boolean isTruncated);

    /**
     * Receiving failed (ECONNREFUSED, when a connected socket's peer is not there), or a send that
     * has no request. It ends nothing: further datagrams come and go.
     */
    void onError(IOException error);

    /** Nothing is received any more: the descriptor is lost, say. */
    default void onReceiveEnded(IOException error) {
        onError(error);
    }

    /** A callback of the handle threw. */
    void onThrown(Throwable thrown);
}
