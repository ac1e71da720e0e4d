package dev.millrace.loop;

import java.io.IOException;
import java.util.HashMap;
import java.util.Map;

/**
 * One listening description for all loops of a group: the first loop that asks for an address opens
 * the socket, the others serve duplicates of it; the last one that closes lets go of it. A loop
 * that asks twice for the same fixed port meets EADDRINUSE, as it would alone; asking twice for
 * port 0 gives two ports.
 */
final class SharedListeners {
    private record Key(Address address, int nth) {}

    private static final class Entry {
        final Driver.Shared shared;
        int users = 1;

        Entry(Driver.Shared shared) {
            this.shared = shared;
        }
    }

    private final Map<Key, Entry> entries = new HashMap<>();

    /** A source for one loop. */
    ListenSource source() {
        Map<Address, Integer> asked = new HashMap<>();
        return (handle, address) -> {
            if (!handle.loop.driver.supports(Capability.SHARED_LISTENERS)) {
                ListenSource.OWN.open(handle, address);
                return;
            }
            open(handle, new Key(address, asked.merge(address, 1, Integer::sum)));
        };
    }

    private synchronized void open(ListenHandle handle, Key key) throws IOException {
        Entry entry = entries.get(key);
        if (entry == null) {
            ListenSource.OWN.open(handle, key.address);
            entries.put(key, new Entry(handle.share()));
            handle.disownPath();
        } else {
            handle.adopt(entry.shared, key.address);
            entry.users++;
        }
        handle.beforeRelease(() -> leave(handle, key));
    }

    private synchronized void leave(ListenHandle handle, Key key) {
        Entry entry = entries.get(key);
        if (entry != null && --entry.users == 0) {
            entries.remove(key);
            entry.shared.close();
            handle.ownPath();
        }
    }
}
