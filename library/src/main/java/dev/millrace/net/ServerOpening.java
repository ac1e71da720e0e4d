package dev.millrace.net;

import dev.millrace.dns.NameLookup;
import dev.millrace.kernel.Address;
import dev.millrace.kernel.IpAddress;
import dev.millrace.kernel.ListenOptions;
import dev.millrace.kernel.SystemError;
import dev.millrace.loop.ListenAttempt;
import dev.millrace.loop.ListenHandle;
import dev.millrace.loop.Loop;
import java.io.IOException;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One listen of a {@link NetServer}: from the address that was asked for to a handle that listens.
 *
 * <pre>
 *   a name ──look-up──▶ address ──next tick──▶ asking the loop's source ──▶ opened, or failed
 *                                                  ▲          │                ▲
 *                                                  └─ IPv4 ───┘ without IPv6   │
 *   a handle, a descriptor ──────next tick─────────────────────────────────────┘
 * </pre>
 *
 * The outcome is told once, on a later tick, so that listeners attached after listen() see it;
 * after {@link #cancel} never.
 */
final class ServerOpening {
    private static final List<String> NO_IPV6 = List.of("EAFNOSUPPORT", "EADDRNOTAVAIL", "EINVAL");

    private final Loop loop;
    private final ListenOptions options;
    private final boolean noDelay;
    private final Consumer<? super ListenHandle> opened;
    private final Consumer<? super IOException> failed;
    private boolean isReferenced = true;

    /** Ends what is under way: the look-up of a name, or a handle that is not open yet. */
    private Runnable abandon = () -> {};

    /** It has an outcome, or needs none any more. */
    private boolean isOver;

    /** What the loop's source has not answered yet. */
    private @Nullable ListenAttempt attempt;

    ServerOpening(
            Loop loop,
            ListenOptions options,
            boolean noDelay,
            Consumer<? super ListenHandle> opened,
            Consumer<? super IOException> failed) {
        this.loop = loop;
        this.options = options;
        this.noDelay = noDelay;
        this.opened = opened;
        this.failed = failed;
    }

    /** At {@code everyIpv6}; at the same port of every IPv4 interface where there is no IPv6. */
    void beginDualStack(IpAddress everyIpv6) {
        loop.nextTick(() -> open(everyIpv6, error -> withoutIpv6(everyIpv6.port(), error)));
    }

    private void withoutIpv6(int port, IOException error) {
        if (NO_IPV6.contains(SystemError.codeOf(error))) {
            open(IpAddress.of("0.0.0.0", port), this::fail);
        } else {
            fail(error);
        }
    }

    /** At {@code address}. */
    void begin(Address address) {
        loop.nextTick(() -> open(address, this::fail));
    }

    /** At the first address of {@code host}, a name or a literal. */
    void begin(String host, int port) {
        abandon =
                NameLookup.addresses(
                        loop, host, port, found -> open(found.getFirst(), this::fail), this::fail);
    }

    /** On {@code handle}, which is bound or listens already. */
    void begin(ListenHandle handle) {
        begin(handle, handle::open);
    }

    /** On the listener behind {@code descriptor}. */
    void begin(int descriptor) {
        ListenHandle handle = new ListenHandle(loop, options);
        handle.noDelay(noDelay);
        begin(handle, () -> loop.listenSource().open(handle, descriptor));
    }

    private void begin(ListenHandle handle, Step step) {
        abandon = handle::close;
        loop.nextTick(() -> open(handle, step));
    }

    private void open(ListenHandle handle, Step step) {
        if (isOver) {
            return;
        }
        try {
            step.run();
        } catch (IOException e) {
            handle.close();
            fail(e);
            return;
        }
        isOver = true;
        if (!isReferenced) {
            handle.unref();
        }
        opened.accept(handle);
    }

    /** Makes a handle listen, now. */
    private interface Step {
        void run() throws IOException;
    }

    /** The source may answer at once, or later, and then {@link #cancel} may come first. */
    private void open(Address address, Consumer<? super IOException> ifNot) {
        if (isOver) {
            return;
        }
        ListenHandle handle = new ListenHandle(loop, options);
        handle.noDelay(noDelay);
        if (!isReferenced) {
            handle.unref();
        }
        ListenAttempt asked =
                ListenAttempt.start(
                        handle,
                        address,
                        error -> {
                            attempt = null;
                            if (error == null) {
                                isOver = true;
                                opened.accept(handle);
                            } else {
                                ifNot.accept(error);
                            }
                        });
        if (!isOver && !handle.isClosing()) {
            attempt = asked;
        }
    }

    private void fail(IOException error) {
        if (!isOver) {
            isOver = true;
            failed.accept(error);
        }
    }

    /** Lets it keep its loop alive, or not. */
    void referenced(boolean isReferenced) {
        this.isReferenced = isReferenced;
        if (attempt != null && isReferenced) {
            attempt.handle().ref();
        } else if (attempt != null) {
            attempt.handle().unref();
        }
    }

    /** The server is closed: what was opened is closed with it. */
    void cancel() {
        isOver = true;
        abandon.run();
        if (attempt != null) {
            attempt.cancel();
        }
    }
}
