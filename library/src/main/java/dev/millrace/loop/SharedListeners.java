package dev.millrace.loop;

import dev.millrace.driver.Driver;
import dev.millrace.kernel.Address;
import dev.millrace.kernel.SystemError;
import dev.millrace.sys.Errno;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/**
 * One listening description for all loops of a group: the first loop that asks for an address opens
 * the socket, the others serve it as well; the last one that closes lets go of it. How the driver
 * deals its connections out is its own affair. A loop that asks for a fixed port while it listens
 * there meets EADDRINUSE, as it would alone; asking twice for port 0 gives two ports.
 */
final class SharedListeners {
    /** Where: an address, or the number of a descriptor. */
    private record Key(Object where, int nth) {}

    /** A description of the driver, and how many loops serve it. */
    private static final class Entry {
        final Driver.Shared shared;
        final Address address;
        int users = 1;

        Entry(Driver.Shared shared, Address address) {
            this.shared = shared;
            this.address = address;
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

        /** Told to shut down; closed by then, while their connections may go on. */
        private final Set<ListenHandle> finishing = new LinkedHashSet<>();

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
            open(
                    handle,
                    key,
                    () -> {
                        handle.bind(address);
                        handle.open();
                        return address;
                    });
        }

        @Override
        public void open(ListenHandle handle, int descriptor) throws IOException {
            Key key = new Key(descriptor, 1);
            if (held.contains(key)) {
                throw SystemError.of(Errno.EEXIST, "open");
            }
            open(
                    handle,
                    key,
                    () -> {
                        handle.open(descriptor);
                        return Objects.requireNonNull(handle.localAddress());
                    });
        }

        @Override
        public boolean isShared() {
            return true;
        }

        private void open(ListenHandle handle, Key key, Opening opening) throws IOException {
            join(handle, key, opening);
            held.add(key);
            handles.add(handle);
            handle.beforeRelease(() -> {
                held.remove(key);
                handles.remove(handle);
                leave(handle, key);
            });
        }

        /** Gives all that listens, and what is finishing already, {@code limit} to finish. */
        void shutDown(Duration limit) {
            finishing.addAll(handles);
            List.copyOf(finishing).forEach(handle -> handle.shutDown(limit));
        }

        /** A loop that was stopped lets go of what it still listens on. */
        @Override
        public void close() {
            List.copyOf(handles).forEach(ListenHandle::close);
        }
    }

    /** Makes the first handle listen, and answers where. */
    private interface Opening {
        Address open() throws IOException;
    }

    private synchronized void join(ListenHandle handle, Key key, Opening opening)
            throws IOException {
        Entry entry = entries.get(key);
        if (entry == null) {
            Address address = opening.open();
            entries.put(key, new Entry(handle.share(), address));
            handle.ownFile(false);
        } else {
            // Of a descriptor that came from elsewhere the file is no business of ours.
            handle.adopt(entry.shared, entry.address, key.where instanceof Address);
            entry.users++;
        }
    }

    private synchronized void leave(ListenHandle handle, Key key) {
        Entry entry = entries.get(key);
        if (entry != null && --entry.users == 0) {
            entries.remove(key);
            entry.shared.close();
            handle.ownFile(true);
        }
    }
}
