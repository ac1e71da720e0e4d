package dev.millrace.dns;

import dev.millrace.kernel.Address;
import dev.millrace.kernel.IpAddress;
import dev.millrace.kernel.SystemError;
import dev.millrace.loop.Loop;
import dev.millrace.loop.Work;
import dev.millrace.loop.WorkPool;
import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Names to addresses, with the JDK's resolver, which blocks: so it runs off the loop (row A14), on
 * a few threads of its own. On virtual threads, which it pins, look-ups that hang would stop every
 * other one of the process. IP literals need no look-up.
 */
public final class NameLookup {
    private static final int WAITING_MAX = 1024;

    /** As many threads as libuv has; they end when there is nothing to look up. */
    private static final WorkPool THREADS =
            new WorkPool("millrace-names", WorkPool.THREADS, WAITING_MAX);

    private NameLookup() {}

    /**
     * Tells {@code found} the addresses, or {@code failed} why there are none; never from inside
     * this call. Behind {@link #WAITING_MAX} others that wait it fails with EAGAIN.
     *
     * @return cancels it: neither is told, and it holds the loop no longer
     */
    public static Runnable addresses(
            Loop loop,
            String host,
            int port,
            Consumer<? super List<Address>> found,
            Consumer<? super IOException> failed) {
        // Checked before anything starts: a wrong port is the caller's mistake, not the network's.
        IpAddress.loopback(port);
        List<Address> literal = literal(host, port);
        if (!literal.isEmpty()) {
            Looking looking = new Looking();
            loop.nextTick(() -> looking.tell(() -> found.accept(literal)));
            return looking;
        }
        Work<List<Address>> work = loop.offload(THREADS, () -> lookUp(host, port));
        Looking looking = new Looking(work);
        work.whenComplete((addresses, thrown) ->
                // As a tick, so that what the receiver throws is no failure of a stage.
                loop.nextTick(() ->
                        looking.tell(() -> {
                            if (thrown == null) {
                                found.accept(addresses);
                            } else {
                                failed.accept(SystemError.ofName(thrown, host));
                            }
                        })));
        return looking;
    }

    /** One look-up; run, it is cancelled. */
    private static final class Looking implements Runnable {
        private final @Nullable Work<?> work;
        private boolean isOver;

        Looking() {
            this(null);
        }

        Looking(@Nullable Work<?> work) {
            this.work = work;
        }

        void tell(Runnable receiver) {
            if (!isOver) {
                isOver = true;
                receiver.run();
            }
        }

        @Override
        public void run() {
            isOver = true;
            if (work != null) {
                work.cancel();
            }
        }
    }

    private static List<Address> lookUp(String host, int port) throws UnknownHostException {
        return Arrays.stream(InetAddress.getAllByName(host))
                .<Address>map(a -> new IpAddress(a, port))
                .toList();
    }

    /** The address that {@code host} is, or none when it is a name. */
    public static List<Address> literal(String host, int port) {
        try {
            return List.of(IpAddress.of(host, port));
        } catch (IllegalArgumentException notALiteral) {
            return List.of();
        }
    }
}
