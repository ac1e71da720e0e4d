package dev.millrace.loop;

import dev.millrace.sys.Errno;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.OptionalInt;

/**
 * What a channel has received and its owner has not taken yet, in order; it never outlives the
 * channel.
 */
final class StreamDescriptors {
    /** How many wait at most: a peer may send them for as long as it likes. */
    static final int WAITING_MAX = 1024;

    private final StreamHandle channel;
    private final Deque<Integer> waiting = new ArrayDeque<>();

    /** Also when the loop is closed by force. */
    private final Runnable atLoopClose = this::closeAll;

    StreamDescriptors(StreamHandle channel) {
        this.channel = channel;
        channel.loop.atClose(atLoopClose);
    }

    /**
     * Keeps what arrived. With too many of them reading ends: the owner does not know of
     * descriptors.
     */
    void add(int... descriptors) {
        if (waiting.size() + descriptors.length > WAITING_MAX) {
            channel.loop.driver.closeDescriptors(descriptors);
            channel.readStop();
            channel.loop.pend(() -> {
                if (!channel.isClosing()) {
                    channel.receiver().onReadError(Errno.EMFILE);
                }
            });
            return;
        }
        for (int fd : descriptors) {
            waiting.add(fd);
        }
    }

    OptionalInt take() {
        Integer next = waiting.poll();
        return next == null ? OptionalInt.empty() : OptionalInt.of(next);
    }

    /** The channel closes. */
    void release() {
        channel.loop.notAtClose(atLoopClose);
        closeAll();
    }

    private void closeAll() {
        channel.loop.driver.closeDescriptors(
                waiting.stream().mapToInt(Integer::intValue).toArray());
        waiting.clear();
    }
}
