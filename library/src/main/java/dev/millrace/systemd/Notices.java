package dev.millrace.systemd;

import dev.millrace.kernel.Descriptor;
import dev.millrace.kernel.SystemError;
import dev.millrace.kernel.UnixAddress;
import dev.millrace.kernel.UnixDatagram;
import dev.millrace.loop.Loop;
import dev.millrace.loop.TimerHandle;
import dev.millrace.sys.Errno;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Datagrams to the service manager, in their order. One that it has no room for waits, and is tried
 * again; beyond a number of them the next one fails.
 *
 * <pre>
 *   sent ◀──room── trying ──none──▶ waiting ──a rest──▶ trying
 * </pre>
 */
final class Notices {
    static final int DESCRIPTORS_MAX = 253;

    /** The service manager stands still. */
    static final int WAITING_MAX = 64;

    private static final Duration REST = Duration.ofMillis(10);

    /** {@code descriptors}: duplicates, as their owners may close theirs meanwhile. */
    private record Notice(byte[] bytes, List<Descriptor> descriptors) {}

    private final Loop loop;
    private final @Nullable UnixAddress to;
    private final Consumer<? super IOException> failed;
    private final Deque<Notice> waiting = new ArrayDeque<>();

    /** Also when the loop is closed by force. */
    private final Runnable atLoopClose = this::drop;

    private @Nullable TimerHandle rest;
    private boolean isClosed;

    Notices(Loop loop, @Nullable UnixAddress to, Consumer<? super IOException> failed) {
        this.loop = loop;
        this.to = to;
        this.failed = failed;
    }

    boolean isPresent() {
        return to != null;
    }

    void send(byte[] bytes, List<Descriptor> descriptors) {
        if (to == null || isClosed) {
            return;
        }
        try {
            if (waiting.isEmpty()) {
                UnixDatagram.send(to, bytes, descriptors);
                return;
            }
        } catch (IOException e) {
            if (!SystemError.codeOf(e).equals("EAGAIN")) {
                fail(e);
                return;
            }
        }
        await(bytes, descriptors);
    }

    private void await(byte[] bytes, List<Descriptor> descriptors) {
        if (waiting.size() == WAITING_MAX) {
            fail(SystemError.of(Errno.ENOBUFS, "sendmsg"));
            return;
        }
        List<Descriptor> kept = new ArrayList<>();
        try {
            for (Descriptor one : descriptors) {
                kept.add(one.duplicate());
            }
        } catch (IOException e) {
            kept.forEach(Descriptor::close);
            fail(e);
            return;
        }
        waiting.add(new Notice(bytes, kept));
        rest();
    }

    /** Not from inside the call. */
    private void fail(IOException error) {
        loop.nextTick(() -> failed.accept(error));
    }

    private void rest() {
        if (rest == null) {
            loop.atClose(atLoopClose);
            // What is said at the end, that it stops, is not worth waiting for.
            rest = loop.setInterval(REST, this::again);
            rest.unref();
        }
    }

    private void again() {
        UnixAddress address = to;
        while (address != null && !waiting.isEmpty()) {
            Notice next = waiting.getFirst();
            try {
                UnixDatagram.send(address, next.bytes, next.descriptors);
            } catch (IOException e) {
                if (SystemError.codeOf(e).equals("EAGAIN")) {
                    return;
                }
                fail(e);
            }
            waiting.removeFirst();
            next.descriptors.forEach(Descriptor::close);
        }
        endRest();
    }

    private void endRest() {
        if (rest != null) {
            loop.notAtClose(atLoopClose);
            rest.close();
            rest = null;
        }
    }

    void close() {
        isClosed = true;
        endRest();
        drop();
    }

    private void drop() {
        waiting.forEach(notice -> notice.descriptors.forEach(Descriptor::close));
        waiting.clear();
    }

    @Override
    public String toString() {
        return to == null ? "absent" : to.toString();
    }
}
