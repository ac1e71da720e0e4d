package dev.millrace.dns;

import dev.millrace.kernel.Address;
import dev.millrace.kernel.IpAddress;
import dev.millrace.kernel.SystemError;
import dev.millrace.loop.Loop;
import dev.millrace.loop.Work;
import dev.millrace.loop.WorkPool;
import dev.millrace.observe.Cause;
import dev.millrace.observe.LoopEvent;
import dev.millrace.observe.LoopEvent.Role;
import dev.millrace.observe.LoopEvent.Step;
import dev.millrace.observe.Observation;
import dev.millrace.sys.Errno;
import java.io.IOException;
import java.net.InetAddress;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import java.util.function.Supplier;
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
     * this call. Behind {@link #WAITING_MAX} others that wait it fails with EAI_AGAIN.
     *
     * @return cancels it: neither is told, and it holds the loop no longer
     */
    public static Runnable addresses(
            Loop loop,
            String host,
            int port,
            Consumer<? super List<Address>> found,
            Consumer<? super IOException> failed) {
        return addresses(loop, host, port, () -> ofSystem(loop, host), found, failed);
    }

    /**
     * As above; {@code resolver} is asked for the addresses of a name, and is the only one to limit
     * how many look-ups of its own are under way.
     */
    public static Runnable addresses(
            Loop loop,
            String host,
            int port,
            Supplier<? extends CompletionStage<List<InetAddress>>> resolver,
            Consumer<? super List<Address>> found,
            Consumer<? super IOException> failed) {
        // Checked before anything starts: a wrong port is the caller's mistake, not the network's.
        IpAddress.loopback(port);
        List<Address> literal = literal(host, port);
        if (!literal.isEmpty()) {
            Looking looking = new Looking(() -> {});
            loop.nextTick(() -> looking.tell(() -> found.accept(literal)));
            return looking;
        }
        long beganNanos = Observation.isOn(Step.LOOKUP) ? loop.hrtime() : 0;
        long cause = Cause.id();
        CompletionStage<List<InetAddress>> asked = ask(resolver);
        Runnable hold = loop.keepAlive();
        Looking looking =
                new Looking(() -> {
                    hold.run();
                    // Another stage may be what several look-ups wait for.
                    if (asked instanceof Work<?> work) {
                        work.cancel();
                    }
                });
        Consumer<Runnable> outcome =
                receiver -> {
                    hold.run();
                    looking.tell(receiver);
                };
        asked.whenComplete((hosts, thrown) -> {
            Runnable receiver =
                    receiver(
                            host,
                            port,
                            hosts,
                            thrown,
                            addresses -> {
                                tellOver(loop, host, cause, beganNanos, null);
                                found.accept(addresses);
                            },
                            error -> {
                                tellOver(loop, host, cause, beganNanos, error);
                                failed.accept(error);
                            });
            // As a tick, so that what the receiver throws is no failure of a stage.
            if (loop.inLoop()) {
                loop.nextTick(() -> outcome.accept(receiver));
            } else {
                loop.execute(() -> outcome.accept(receiver));
            }
        });
        return looking;
    }

    private static void tellOver(
            Loop loop, String host, long cause, long beganNanos, @Nullable IOException error) {
        if (Observation.isOn(Step.LOOKUP)) {
            long took = beganNanos == 0 ? 0 : loop.hrtime() - beganNanos;
            Observation.tell(
                    LoopEvent.of(Step.LOOKUP, Role.LOOKUP, Observation.newId(), loop.threadName())
                            .withCause(cause)
                            .withName(host, Duration.ofNanos(took))
                            .withError(error));
        }
    }

    /** What a resolver throws is its answer. */
    private static CompletionStage<List<InetAddress>> ask(
            Supplier<? extends CompletionStage<List<InetAddress>>> resolver) {
        try {
            return Objects.requireNonNull(resolver.get(), "the resolver answered null");
        } catch (RuntimeException thrown) {
            return CompletableFuture.failedFuture(thrown);
        }
    }

    private static Runnable receiver(
            String host,
            int port,
            @Nullable List<InetAddress> hosts,
            @Nullable Throwable thrown,
            Consumer<? super List<Address>> found,
            Consumer<? super IOException> failed) {
        if (thrown != null) {
            Throwable inner = thrown instanceof CompletionException ? thrown.getCause() : null;
            IOException error = SystemError.ofName(inner == null ? thrown : inner, host);
            return () -> failed.accept(error);
        }
        if (hosts == null || hosts.isEmpty()) {
            return () -> failed.accept(SystemError.ofName(Errno.ENOTFOUND, host));
        }
        List<Address> addresses =
                hosts.stream().<Address>map(one -> new IpAddress(one, port)).toList();
        return () -> found.accept(addresses);
    }

    /** What the JDK's resolver says, on the threads for it. */
    public static Work<List<InetAddress>> ofSystem(Loop loop, String host) {
        return loop.offload(THREADS, () -> List.of(InetAddress.getAllByName(host)));
    }

    /** One look-up; run, it is cancelled. */
    private static final class Looking implements Runnable {
        private final Runnable cancel;
        private boolean isOver;

        Looking(Runnable cancel) {
            this.cancel = cancel;
        }

        void tell(Runnable receiver) {
            if (!isOver) {
                isOver = true;
                receiver.run();
            }
        }

        @Override
        public void run() {
            if (!isOver) {
                isOver = true;
                cancel.run();
            }
        }
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
