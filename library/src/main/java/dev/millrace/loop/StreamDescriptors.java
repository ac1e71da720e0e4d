package dev.millrace.loop;

import dev.millrace.driver.Driver;
import dev.millrace.kernel.DescriptorKind;
import dev.millrace.sys.Errno;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/**
 * The descriptors of a channel ({@link StreamHandle#carryDescriptors}): what came and its owner has
 * not taken yet, in order, and the way out. Nothing outlives the channel: what is not taken is
 * closed with it. Loop thread only.
 *
 * <pre>
 *   write ──with the first byte──▶ kernel ══▶ kernel ──▶ waiting (1,024 at most) ──take──▶ the caller's
 *             └─ too many under way (ETOOMANYREFS): again after 10 ms
 * </pre>
 *
 * {@snippet class="dev.millrace.loop.StreamChannelTest" region="descriptors"}
 */
public final class StreamDescriptors {
    /** How many travel with one write at most: SCM_MAX_FD of unix(7). */
    public static final int AT_ONCE_MAX = 253;

    /** How many wait at most: a peer may send them for as long as it likes. */
    static final int WAITING_MAX = 1024;

    /** Nothing tells when the kernel takes descriptors again. */
    static final Duration REST = Duration.ofMillis(10);

    private static final int[] LOST = {};

    private final StreamHandle channel;

    /** As they came together; {@link #LOST} where there was no room for them. */
    private final Deque<int[]> waiting = new ArrayDeque<>();

    private int count;
    private boolean isLossTold;

    /** Runs while the kernel takes none. */
    private @Nullable TimerHandle rest;

    /** Also when the loop is closed by force. */
    private final Runnable atLoopClose = this::closeAll;

    StreamDescriptors(StreamHandle channel) {
        this.channel = channel;
        channel.loop.atClose(atLoopClose);
    }

    /**
     * From now on descriptors that find no room in this process (EMFILE) do not end the reading:
     * {@link #takeTogether} tells the place where they are missing. For protocols that know which
     * of their messages come with descriptors.
     */
    public void tellLoss() {
        channel.loop.checkThread();
        isLossTold = true;
    }

    /** Whether the owner learns of what is lost. */
    boolean lost() {
        if (isLossTold) {
            waiting.add(LOST);
        }
        return isLossTold;
    }

    /**
     * Keeps what arrived. With too many of them reading ends: the owner does not know of
     * descriptors.
     */
    void add(int... descriptors) {
        if (count + descriptors.length > WAITING_MAX) {
            channel.loop.driver.closeDescriptors(descriptors);
            channel.readStop();
            channel.loop.pend(() -> {
                if (!channel.isClosing()) {
                    channel.receiver().onReadError(Errno.EMFILE);
                }
            });
            return;
        }
        waiting.add(descriptors);
        count += descriptors.length;
    }

    /**
     * The next descriptor that came, which is the caller's from now on; empty when none waits. They
     * come in the order they were sent, at the latest with the {@code onRead} of the byte that they
     * were sent with, and are close-on-exec. If more than 1,024 wait, reading ends with EMFILE.
     */
    public OptionalInt take() {
        Optional<int[]> first = takeTogether();
        while (first.isPresent() && first.get().length == 0) {
            first = takeTogether();
        }
        if (first.isEmpty()) {
            return OptionalInt.empty();
        }
        int[] rest = Arrays.copyOfRange(first.get(), 1, first.get().length);
        if (rest.length > 0) {
            waiting.addFirst(rest);
            count += rest.length;
        }
        return OptionalInt.of(first.get()[0]);
    }

    /**
     * As {@link #take}, all that came with one write of the peer: an empty array after {@link
     * #tellLoss}, if they found no room here. Empty when nothing waits.
     */
    public Optional<int[]> takeTogether() {
        channel.loop.checkThread();
        int[] next = waiting.poll();
        count -= next == null ? 0 : next.length;
        return Optional.ofNullable(next);
    }

    /** How many wait to be taken; libuv's {@code uv_pipe_pending_count}. */
    public int waitingCount() {
        channel.loop.checkThread();
        return count;
    }

    /** What waits to be taken, in order; libuv's {@code uv_pipe_pending_type}. */
    public List<DescriptorKind> waitingKinds() {
        channel.loop.checkThread();
        List<DescriptorKind> kinds = new ArrayList<>();
        for (int[] together : waiting) {
            for (int one : together) {
                kinds.add(kind(one));
            }
        }
        return List.copyOf(kinds);
    }

    private static DescriptorKind kind(int descriptor) {
        try {
            return DescriptorKind.of(descriptor);
        } catch (IOException closedElsewhere) {
            return DescriptorKind.OTHER;
        }
    }

    /**
     * Writes bytes, one at least, and a copy of each descriptor with the first of them, behind what
     * was written before. The bytes are the caller's again at once; the descriptors stay open until
     * {@code request} is told, and are still the caller's then.
     *
     * @return false if nothing was taken, beyond the stream's {@link StreamHandle#writeLimit}, and
     *     {@code request} hears of nothing
     * @throws IllegalArgumentException without a byte, or with more than {@value #AT_ONCE_MAX}
     *     descriptors
     * @throws IllegalStateException after {@link StreamHandle#shutdown} or {@link
     *     StreamHandle#close}
     */
    public boolean write(byte[] array, int offset, int length, int[] descriptors, Request request) {
        channel.loop.checkThread();
        if (length == 0 || descriptors.length > AT_ONCE_MAX) {
            throw new IllegalArgumentException(
                    length == 0
                            ? "descriptors travel with a byte: write one"
                            : "at most " + AT_ONCE_MAX + " at once, not " + descriptors.length);
        }
        StreamWriteBacklog backlog = channel.backlog();
        if (backlog.limit.isExceededBy(length, backlog.queuedBytes(), 0)) {
            return false;
        }
        Objects.checkFromIndexSize(offset, length, array.length);
        backlog.enqueue(length, request, queue -> queue.append(array, offset, length, descriptors));
        return true;
    }

    /** The kernel takes none for now. */
    void rest() {
        if (rest == null) {
            // What waits keeps the loop alive, until the stream is closed.
            TimerHandle timer = new TimerHandle(channel.loop);
            timer.unref();
            rest = timer;
            timer.startNow(REST, Duration.ZERO, this::again);
        }
    }

    private void again() {
        endRest();
        if (!channel.isClosing()) {
            channel.backlog().writable();
        }
    }

    private void endRest() {
        if (rest != null) {
            rest.close();
            rest = null;
        }
    }

    /** The channel closes. */
    void release() {
        channel.loop.notAtClose(atLoopClose);
        endRest();
        closeAll();
    }

    private void closeAll() {
        Driver driver = channel.loop.driver;
        waiting.forEach(driver::closeDescriptors);
        waiting.clear();
        count = 0;
    }

    /** {@code StreamDescriptors[3 waiting]}. Any thread. */
    @Override
    public String toString() {
        return "StreamDescriptors[" + count + " waiting]";
    }
}
