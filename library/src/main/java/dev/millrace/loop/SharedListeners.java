package dev.millrace.loop;

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
 * the socket, the others serve it as well; the last one that closes lets go of it. How the driver
 * deals its connections out is its own affair. A loop that asks for a fixed port while it listens
 * there meets EADDRINUSE, as it would alone; asking twice for port 0 gives two ports.
 */
final class SharedListeners {
    private record Key(Address address, int nth) {}

    /** A description of the driver, and how many loops serve it. */
    private static final class Entry {
        final Driver.Shared shared;
        int users = 1;

        Entry(Driver.Shared shared) {
            this.shared = shared;
        }
    }

    private final Map<Key, Entry> entries = new HashMap<>();

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
        Entry entry = entries.get(key);
        if (entry == null) {
            handle.bind(key.address);
            handle.open();
            entries.put(key, new Entry(handle.share()));
            handle.ownPath(false);
        } else {
            handle.adopt(entry.shared, key.address);
            entry.users++;
        }
    }

    private synchronized void leave(ListenHandle handle, Key key) {
        Entry entry = entries.get(key);
        if (entry != null && --entry.users == 0) {
            entries.remove(key);
            entry.shared.close();
            handle.ownPath(true);
        }
    }
}
