package dev.millrace.cli;

import dev.millrace.loop.Loop;
import dev.millrace.systemd.InheritedSockets;
import dev.millrace.systemd.ServiceNotifier;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** What passes between a server command and systemd, if that has started it. */
final class Supervision {
    /** Otherwise nothing is told, and what would tell it is not even loaded. */
    private static final boolean IS_SUPERVISED = System.getenv("NOTIFY_SOCKET") != null;

    private final InheritedSockets sockets;

    /** On the first loop that has begun. */
    private @Nullable ServiceNotifier manager;

    private Supervision(InheritedSockets sockets) {
        this.sockets = sockets;
    }

    /** Of this process. */
    static Supervision ofProcess() {
        try {
            return new Supervision(InheritedSockets.ofProcess());
        } catch (IllegalStateException | UnsupportedOperationException e) {
            throw new Failure(Console.oneLine(e), e);
        }
    }

    InheritedSockets sockets() {
        return sockets;
    }

    /** {@code loop} begins: it takes inherited sockets, and the watchdog watches it. */
    synchronized void join(Loop loop) {
        if (!sockets.isEmpty() && loop.driverName().equals("nio")) {
            throw new Failure(
                    "the driver nio can't serve sockets of systemd; use --driver epoll", null);
        }
        sockets.join(loop);
        if (!IS_SUPERVISED) {
            return;
        }
        if (manager != null) {
            tell(first -> first.watch(loop));
            return;
        }
        try {
            manager = ServiceNotifier.of(loop);
        } catch (IllegalStateException | UnsupportedOperationException e) {
            throw new Failure(Console.oneLine(e), e);
        }
    }

    /** Every loop listens. */
    void ready() {
        if (IS_SUPERVISED) {
            tell(ServiceNotifier::ready);
        }
    }

    /** The first signal came. */
    void stopping() {
        if (IS_SUPERVISED) {
            tell(ServiceNotifier::stopping);
        }
    }

    private synchronized void tell(Consumer<ServiceNotifier> notice) {
        ServiceNotifier known = manager;
        if (known != null) {
            known.loop().execute(() -> notice.accept(known));
        }
    }
}
