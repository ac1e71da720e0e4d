package dev.millrace.systemd;

import dev.millrace.kernel.Address;
import dev.millrace.kernel.Descriptor;
import dev.millrace.kernel.DescriptorKind;
import dev.millrace.loop.Loop;
import java.util.HashSet;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/**
 * One of the {@link InheritedSockets}.
 *
 * <pre>
 *   waiting ──take()──▶ the caller's
 *      └──a listen on a joined loop──▶ used ──its listener closes──▶ gone
 * </pre>
 *
 * Any thread.
 *
 * {@snippet class="dev.millrace.systemd.InheritedSocketsExamplesTest" region="named"}
 */
public final class InheritedSocket {
    private final int index;
    private final String name;
    private final DescriptorKind kind;
    private final Optional<Address> address;
    private final Descriptor descriptor;

    /** The loops that listen on it. */
    private final Set<Loop> users = new HashSet<>();

    /** Its users are of one group, which closes it with the last of them. */
    private boolean isShared;

    /** It was taken, or closed with a listener. */
    private boolean isGone;

    InheritedSocket(int index, String name, Descriptor descriptor) {
        this.index = index;
        this.name = name;
        this.descriptor = descriptor;
        this.kind = descriptor.kind();
        this.address = descriptor.localAddress();
    }

    /** The how many-eth it is, from 0 on, in the order of the unit's lines. */
    public int index() {
        return index;
    }

    /** {@code FileDescriptorName=} of its unit, the unit's own name by default. */
    public String name() {
        return name;
    }

    /** What it is: a {@code LISTENER}, {@code UDP}, or with {@code Accept=yes} a connection. */
    public DescriptorKind kind() {
        return kind;
    }

    /** Where it is bound to; empty for what has no address. */
    public Optional<Address> address() {
        return address;
    }

    /**
     * Its descriptor, for {@code NetServer.listenDescriptor} for instance; it is the caller's from
     * now on. In a group of loops it is taken once, and named by every loop.
     *
     * @throws IllegalStateException if it was taken before, or a loop listens on it
     */
    public synchronized int take() {
        if (isGone || !users.isEmpty()) {
            throw new IllegalStateException("the inherited socket " + name + " is in use already");
        }
        isGone = true;
        return descriptor.release();
    }

    /** Whether {@code loop} may listen on it; of several loops those of a group may. */
    synchronized boolean use(Loop loop, boolean isOfGroup) {
        boolean isFree = users.isEmpty() || (isShared && isOfGroup && !users.contains(loop));
        if (isGone || !isFree) {
            return false;
        }
        users.add(loop);
        isShared = isOfGroup;
        return true;
    }

    int number() {
        return descriptor.number();
    }

    /** A loop does not listen on it any more, or never did. */
    synchronized void leave(Loop loop, boolean isClosed) {
        users.remove(loop);
        isGone |= isClosed;
    }

    /** {@code InheritedSocket[http, listener 0.0.0.0:80]}. */
    @Override
    public String toString() {
        String at = address.map(one -> " " + one).orElse("");
        return "InheritedSocket[" + name + ", " + kind.name().toLowerCase(Locale.ROOT) + at + "]";
    }
}
