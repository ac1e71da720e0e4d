package dev.millrace.sim;

/**
 * One direction of a connection: what the sender's kernel has taken, in order, of which the first
 * part has arrived at the receiver's. Both buffers together are bounded, so that a receiver who
 * does not read stops the sender.
 *
 * <pre>
 *   bytes:   [ arrived, not read | under way ]      at most capacity
 *             ▲ read              ▲ arrived   ▲ written
 * </pre>
 */
final class Wire {
    private final Network network;
    final SimSocket receiver;
    private final int capacity;
    private byte[] bytes = new byte[256];
    private int read;
    private int arrived;
    private int written;

    /** What follows comes no earlier. */
    private long lastArrival;

    /** Arrivals noted under an older number are void. */
    private int epoch;

    boolean isFinSent;
    boolean isFinArrived;

    /** Nothing that enters leaves again. */
    boolean isBlackHole;

    Wire(Network network, SimSocket receiver, int capacity) {
        this.network = network;
        this.receiver = receiver;
        this.capacity = capacity;
    }

    int capacity() {
        return capacity;
    }

    /** Bytes that can be read. */
    int available() {
        return arrived - read;
    }

    int room() {
        return capacity - (written - read);
    }

    /** Takes bytes, for which there is room. */
    void send(byte[] array, int offset, int length) {
        if (written + length > bytes.length) {
            makeRoom(length);
        }
        System.arraycopy(array, offset, bytes, written, length);
        written += length;
        inOrder(() -> arrive(length));
    }

    private void makeRoom(int length) {
        int kept = written - read;
        byte[] target =
                kept + length > bytes.length / 2
                        ? new byte[Math.max(bytes.length * 2, kept + length)]
                        : bytes;
        System.arraycopy(bytes, read, target, 0, kept);
        bytes = target;
        arrived -= read;
        written = kept;
        read = 0;
    }

    private void arrive(int length) {
        if (receiver.isClosed) {
            // What nobody is there to read is answered with a reset (RFC 9293 section 3.10.7.1).
            dropUnderWay();
            network.reset(receiver);
            return;
        }
        arrived += length;
        receiver.touch();
    }

    void sendFin() {
        isFinSent = true;
        inOrder(() -> {
            isFinArrived = true;
            receiver.touch();
        });
    }

    /** Runs {@code arrival} when what goes into this end now comes out of the other. */
    void inOrder(Runnable arrival) {
        if (isBlackHole) {
            return;
        }
        lastArrival = Math.max(lastArrival, network.agenda.now() + network.delay());
        int valid = epoch;
        network.agenda.at(
                lastArrival,
                () -> {
                    if (valid == epoch) {
                        arrival.run();
                    }
                });
    }

    /** What has not arrived never will. */
    void dropUnderWay() {
        epoch++;
        written = arrived;
    }

    /** Reads up to {@code length} of the bytes that are available. */
    int read(byte[] array, int offset, int length) {
        int count = Math.min(length, available());
        System.arraycopy(bytes, read, array, offset, count);
        read += count;
        if (read == written) {
            read = 0;
            arrived = 0;
            written = 0;
        }
        return count;
    }
}
