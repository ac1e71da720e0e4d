package dev.millrace.cluster;

import dev.millrace.kernel.Address;
import dev.millrace.kernel.Descriptor;
import dev.millrace.loop.ListenHandle;
import dev.millrace.systemd.InheritedSockets;
import dev.millrace.systemd.ServiceNotifier;
import dev.millrace.systemd.StoredName;
import java.io.IOException;
import java.util.Optional;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/**
 * The listeners of a primary that came from systemd, and those that systemd keeps for the next
 * primary, should this one crash: under their keys. Without systemd it does nothing.
 *
 * <pre>
 *   opened ──▶ kept ──no worker listens any more──▶ removed
 *                └──the primary crashes──▶ inherited by the next one
 * </pre>
 */
final class KeptSockets {
    private @Nullable InheritedSockets inherited;
    private @Nullable ServiceNotifier systemd;

    /** From now on. */
    void begin(InheritedSockets inherited, ServiceNotifier systemd) {
        this.inherited = inherited;
        this.systemd = systemd;
    }

    /** A descriptor that listens at {@code address} already, the caller's from now on. */
    OptionalInt take(Address address) {
        return inherited == null ? OptionalInt.empty() : inherited.take(address);
    }

    /** The listener is there; where systemd has it already, that is no change. */
    void opened(String key, ListenHandle listener) {
        if (systemd == null || !systemd.isPresent()) {
            return;
        }
        Optional<String> name = name(key);
        if (name.isPresent()) {
            try (Descriptor second = listener.duplicate()) {
                systemd.store(name.get(), second);
            } catch (IOException full) {
                // Without a free descriptor it lives as long as the primary.
            }
        }
    }

    /** The listener is closed. */
    void closed(String key) {
        if (systemd != null && systemd.isPresent()) {
            name(key).ifPresent(systemd::remove);
        }
    }

    /** Empty for a path that makes too long a name. */
    private static Optional<String> name(String key) {
        try {
            return Optional.of(StoredName.encode(key));
        } catch (IllegalArgumentException tooLong) {
            return Optional.empty();
        }
    }
}
