package dev.millrace.loop;

import dev.millrace.binding.UdpBinding;
import dev.millrace.driver.Port;
import dev.millrace.kernel.IpAddress;
import dev.millrace.kernel.SystemError;
import dev.millrace.kernel.UdpOptions;
import dev.millrace.sys.Errno;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The send side of a {@link UdpHandle}.
 *
 * <pre>
 *   send ──▶ kernel ─────────────────────────▶ outcomes ──pending phase──▶ requests
 *     └ EAGAIN, or others wait ──▶ unsent ──onWritable──▶ ▲
 * </pre>
 *
 * Datagrams leave in the order they were sent, and every outcome passes through one queue, so that
 * the requests end in that order too (row R7).
 */
final class UdpSendQueue {
    /** A copy of what the kernel did not take at once (row X83). */
    private record Unsent(byte[] bytes, @Nullable IpAddress to, @Nullable Request request) {}

    private record Outcome(@Nullable Request request, @Nullable IOException error) {}

    private final UdpHandle handle;
    private final UdpOptions options;
    private final ArrayDeque<Unsent> unsent = new ArrayDeque<>(0);
    private final ArrayDeque<Outcome> outcomes = new ArrayDeque<>(0);
    private long unsentBytes;
    private boolean isTellingDue;

    UdpSendQueue(UdpHandle handle, UdpOptions options) {
        this.handle = handle;
        this.options = options;
    }

    long queuedBytes() {
        return unsentBytes;
    }

    int queuedCount() {
        return unsent.size();
    }

    void send(
            byte[] array,
            int offset,
            int length,
            @Nullable IpAddress to,
            @Nullable Request request) {
        if (to != null) {
            // It may have to be bound first, and a request that has begun must end.
            UdpBinding.require(handle.loop.driver, options, to);
        }
        if (request != null) {
            // First: it throws when the request is in use, and nothing must have changed by then.
            request.begin(Request.Kind.SEND, handle);
        }
        try {
            if (trySend(array, offset, length, to)) {
                ended(request, null);
            } else {
                enqueue(array, offset, length, to, request);
            }
        } catch (IOException e) {
            ended(request, e);
        }
    }

    /** False when the kernel takes no datagram now, or others wait already. */
    boolean trySend(byte[] array, int offset, int length, @Nullable IpAddress to)
            throws IOException {
        return unsent.isEmpty() && offer(array, offset, length, to);
    }

    private boolean offer(byte[] array, int offset, int length, @Nullable IpAddress to)
            throws IOException {
        Port port = to == null ? handle.port() : handle.bound(to.host());
        int result = handle.loop.driver.trySend(port, array, offset, length, to);
        if (result < 0 && result != -Errno.EAGAIN) {
            throw error(-result, to);
        }
        return result >= 0;
    }

    private void enqueue(
            byte[] array,
            int offset,
            int length,
            @Nullable IpAddress to,
            @Nullable Request request) {
        if (unsentBytes + length > options.queueMaxBytes()
                || unsent.size() >= options.queueMaxDatagrams()) {
            ended(request, error(Errno.ENOBUFS, to));
            return;
        }
        if (unsent.isEmpty()) {
            handle.loop.countRequests(1);
            awaitWritable();
        }
        unsent.add(new Unsent(Arrays.copyOfRange(array, offset, offset + length), to, request));
        unsentBytes += length;
    }

    /** The kernel takes datagrams again. */
    void writable() {
        isTellingDue = true;
        while (!unsent.isEmpty()) {
            Unsent first = unsent.element();
            IOException error = null;
            try {
                if (!offer(first.bytes, 0, first.bytes.length, first.to)) {
                    awaitWritable();
                    break;
                }
            } catch (IOException e) {
                error = e;
            }
            remove();
            ended(first.request, error);
        }
        tell();
    }

    private void remove() {
        unsentBytes -= unsent.remove().bytes.length;
        if (unsent.isEmpty()) {
            handle.loop.countRequests(-1);
        }
    }

    private void awaitWritable() {
        handle.loop.driver.awaitWritable(handle.port());
    }

    private IOException error(int errno, @Nullable IpAddress to) {
        IpAddress about = to == null ? handle.remoteAddress() : to;
        return about == null ? SystemError.of(errno, "send") : SystemError.of(errno, "send", about);
    }

    private void ended(@Nullable Request request, @Nullable IOException error) {
        if (request == null && error == null) {
            return;
        }
        outcomes.add(new Outcome(request, error));
        if (!isTellingDue) {
            // Never from inside the call that sent it (row R9).
            isTellingDue = true;
            handle.loop.pend(this::tell);
        }
    }

    /**
     * What a callback sends now ends in the next round, so that a sender that goes on and on does
     * not keep the loop from everything else.
     */
    private void tell() {
        isTellingDue = false;
        for (int count = outcomes.size(); count > 0 && !outcomes.isEmpty(); count--) {
            tell(outcomes.remove());
        }
        if (!outcomes.isEmpty() && !isTellingDue) {
            isTellingDue = true;
            handle.loop.pend(this::tell);
        }
    }

    private void tell(Outcome outcome) {
        if (outcome.request != null) {
            outcome.request.end(outcome.error);
        } else if (outcome.error != null) {
            handle.report(outcome.error);
        }
    }

    /** The closing phase: what was sent tells how, the rest is canceled. */
    void cancel() {
        while (!unsent.isEmpty()) {
            Unsent first = unsent.element();
            remove();
            outcomes.add(new Outcome(first.request, error(Errno.ECANCELED, first.to)));
        }
        while (!outcomes.isEmpty()) {
            tell(outcomes.remove());
        }
    }
}
