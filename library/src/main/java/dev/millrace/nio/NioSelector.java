package dev.millrace.nio;

import dev.millrace.driver.Driver;
import dev.millrace.driver.Guarded;
import dev.millrace.driver.PortEvents;
import dev.millrace.sys.Errno;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.Channel;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.util.HashSet;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.jspecify.annotations.Nullable;

/**
 * A selector and its ports.
 *
 * <p>A channel that is closed while it is registered stays open for the kernel until a later
 * select: its port number stays taken, its reset unsent. So keys are cancelled, and a select that
 * does not wait is run, before a channel is closed. That select also takes wake-ups and readiness
 * with it: the wake-up is kept in {@link #isWoken}, and readiness, being level-triggered, comes
 * back.
 */
final class NioSelector {
    private static final long NANOS_PER_MILLI = 1_000_000;

    final Selector selector;

    /** Every read of this loop lands here, and is lent from here (E2). */
    final byte[] received = new byte[Driver.RECEIVE_MAX_BYTES];

    private final Set<NioPort> ports = new HashSet<>();

    /** What other loops of a {@link SharedAcceptor} want done on this one. */
    private final Queue<Guarded> tasks = new ConcurrentLinkedQueue<>();

    private @Nullable NioPort[] ready = new NioPort[64];
    private volatile boolean isWoken;

    NioSelector() throws IOException {
        selector = Selector.open();
    }

    void poll(long timeoutNanos, Driver.Dispatcher dispatcher) {
        select(timeoutNanos);
        int count = takeReady();
        runTasks(dispatcher);
        for (int index = 0; index < count; index++) {
            NioPort port = ready[index];
            ready[index] = null;
            // An earlier callback of this batch may have closed it.
            if (port != null && !port.isClosed) {
                dispatcher.enter(port);
            }
        }
    }

    private void runTasks(Driver.Dispatcher dispatcher) {
        Guarded task = tasks.poll();
        while (task != null) {
            dispatcher.enter(task);
            task = tasks.poll();
        }
    }

    private void select(long timeoutNanos) {
        // An interrupted thread never waits in select, and would spin; the flag is the user's.
        boolean wasInterrupted = Thread.interrupted();
        try {
            if (timeoutNanos == 0 || isWoken) {
                selector.selectNow();
            } else if (timeoutNanos < 0) {
                selector.select();
            } else {
                // Rounds up: a timer must not find that it is still too early.
                selector.select((timeoutNanos + NANOS_PER_MILLI - 1) / NANOS_PER_MILLI);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(NioErrors.of(e, "select", Errno.EIO));
        } finally {
            if (wasInterrupted) {
                Thread.currentThread().interrupt();
            }
        }
        // After the wait: a wake-up that ended it would cut the next one short as well. One that
        // comes between the two needs no keeping: this poll returns, and the loop looks what came.
        isWoken = false;
    }

    /** Copies them: closing a port in a callback changes the selector's own set. */
    private int takeReady() {
        Set<SelectionKey> selected = selector.selectedKeys();
        if (selected.size() > ready.length) {
            ready = new NioPort[Math.max(selected.size(), 2 * ready.length)];
        }
        int count = 0;
        for (SelectionKey key : selected) {
            NioPort port = (NioPort) key.attachment();
            port.ready = port.readyNow();
            if (port.ready != 0) {
                ready[count++] = port;
            }
        }
        selected.clear();
        return count;
    }

    /** Any thread. */
    void wakeUp() {
        isWoken = true;
        selector.wakeup();
    }

    /** Runs {@code task} in the next {@link #poll}. Any thread. */
    void execute(Guarded task) {
        tasks.add(task);
        wakeUp();
    }

    /** Takes {@code key} out of the kernel's set now. */
    void cancel(SelectionKey key) {
        key.cancel();
        try {
            selector.selectNow();
        } catch (IOException e) {
            throw new UncheckedIOException(NioErrors.of(e, "select", Errno.EIO));
        }
        selector.selectedKeys().clear();
    }

    <P extends NioPort> P add(P port) {
        ports.add(port);
        return port;
    }

    /** The port is no more; its channel is the caller's to close. */
    void remove(NioPort port) {
        port.leave();
        port.isClosed = true;
        port.attach(PortEvents.NONE);
        port.release();
        ports.remove(port);
    }

    void closePort(NioPort port) {
        if (!port.isClosed) {
            remove(port);
            port.closeChannel();
        }
    }

    /** A close that fails has closed all the same (close(2)). */
    static void close(Channel channel) {
        try {
            channel.close();
        } catch (IOException e) {
            // Nothing is left to do about it.
        }
    }

    void close() {
        List.copyOf(ports).forEach(this::closePort);
        close(selector);
    }

    private static void close(Selector selector) {
        try {
            selector.close();
        } catch (IOException e) {
            // As above.
        }
    }
}
