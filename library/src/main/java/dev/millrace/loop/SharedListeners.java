package dev.millrace.loop;

import dev.millrace.driver.Capability;
import dev.millrace.driver.Driver;
import dev.millrace.kernel.Address;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * One listening description for all loops of a group: the first loop that asks for an address opens
 * the socket, the others serve it as well; the last one that closes lets go of it. Where the driver
 * can put one description in several loops, each accepts for itself; otherwise connections are
 * handed round ({@link HandRound}). A loop that asks for a fixed port while it listens there meets
 * EADDRINUSE, as it would alone; asking twice for port 0 gives two ports.
 */
final class SharedListeners {
    private record Key(Address address, int nth) {}

    /** How the loops serve one address together. */
    sealed interface Together permits OneDescription, HandRound {
        /** Makes {@code handle} one of those that serve it. */
        void join(ListenHandle handle) throws IOException;

        /** {@code handle} serves it no more; true if it was the last one. */
        boolean leave(ListenHandle handle);
    }

    private final Map<Key, Together> entries = new HashMap<>();

    /** A source for one loop, used and closed on its thread. */
    Source source() {
        return new Source();
    }

    /** What one loop listens on. */
    final class Source implements ListenSource, AutoCloseable {
        private final Set<Key> held = new HashSet<>();
        private final List<ListenHandle> handles = new ArrayList<>();

        @Override
        public void open(ListenAttempt attempt) throws IOException {
            open(attempt.handle(), attempt.address());
            attempt.listens();
        }

        void open(ListenHandle handle, Address address) throws IOException {
            Key key = new Key(address, 1);
            while (held.contains(key)) {
                key = new Key(address, key.nth + 1);
            }
            join(handle, key);
            held.add(key);
            handles.add(handle);
            Key joined = key;
            handle.beforeRelease(() -> {
                held.remove(joined);
                handles.remove(handle);
                leave(handle, joined);
            });
        }

        /** A loop that was stopped lets go of what it still listens on. */
        @Override
        public void close() {
            List.copyOf(handles).forEach(ListenHandle::close);
        }
    }

    private synchronized void join(ListenHandle handle, Key key) throws IOException {
        Together entry = entries.get(key);
        if (entry == null) {
            handle.bind(key.address);
            handle.open();
            entries.put(key, first(handle, key.address));
            handle.ownPath(false);
        } else {
            entry.join(handle);
        }
    }

    private static Together first(ListenHandle handle, Address asked) throws IOException {
        Driver driver = handle.loop.driver;
        return driver.supports(Capability.SHARED_LISTENERS)
                ? new OneDescription(handle.share(), asked)
                : new HandRound(handle, asked);
    }

    private synchronized void leave(ListenHandle handle, Key key) {
        Together entry = entries.get(key);
        if (entry != null && entry.leave(handle)) {
            entries.remove(key);
            handle.ownPath(true);
        }
    }

    /** Each loop has a duplicate of it in its set; the kernel wakes one of them. */
    private static final class OneDescription implements Together {
        private final Driver.Shared shared;
        private final Address asked;
        private int users = 1;

        OneDescription(Driver.Shared shared, Address asked) {
            this.shared = shared;
            this.asked = asked;
        }

        @Override
        public void join(ListenHandle handle) throws IOException {
            handle.adopt(shared, asked);
            users++;
        }

        @Override
        public boolean leave(ListenHandle handle) {
            if (--users > 0) {
                return false;
            }
            shared.close();
            return true;
        }
    }
}
