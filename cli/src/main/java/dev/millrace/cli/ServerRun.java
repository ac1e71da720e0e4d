package dev.millrace.cli;

import dev.millrace.cluster.Cluster;
import dev.millrace.cluster.Worker;
import dev.millrace.kernel.Address;
import dev.millrace.loop.Drivers;
import dev.millrace.loop.Loop;
import dev.millrace.loop.LoopGroup;
import dev.millrace.tls.TlsOptions;
import java.io.PrintStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * A service from its start to its end.
 *
 * <pre>
 *   starting ──every loop listens: start line──▶ serving ──signal, stop()──▶ finishing ──▶ ended
 *       └──a listen fails──▶ Failure                   10 s at most, or a second signal ─┘
 * </pre>
 */
final class ServerRun {
    static final Duration FINISH_MAX = Duration.ofSeconds(10);

    /** In front of what a worker tells its primary of a listen that failed. */
    static final String FAILED = "failed ";

    private final Scheme scheme;
    private final ServerOptions options;
    private final Function<Loop, Service> factory;
    private final Duration finishMax;
    private final List<Service> services = new ArrayList<>();
    private final AtomicInteger pendingListens;
    private final Supervision supervision;
    private final CountDownLatch ended = new CountDownLatch(1);
    private boolean isStopping;
    private Optional<ServerTls> tls = Optional.empty();

    /** {@code factory} makes the service of each loop, on its thread. */
    ServerRun(String scheme, ServerOptions options, Function<Loop, Service> factory) {
        this(Scheme.of(scheme), options, factory, FINISH_MAX);
    }

    /** With another time than ten seconds for what is in flight. */
    ServerRun(
            Scheme scheme,
            ServerOptions options,
            Function<Loop, Service> factory,
            Duration finishMax) {
        this.scheme = scheme;
        this.supervision = Supervision.ofProcess();
        this.options = options.orInherited(supervision.sockets());
        if (!supervision.sockets().isEmpty()) {
            RedirectPort.check(scheme.redirect(), this.options.addresses());
        }
        this.factory = factory;
        this.finishMax = finishMax;
        int listens = this.options.loops() * this.options.addresses().size();
        this.pendingListens = new AtomicInteger(listens);
    }

    /** On SIGHUP certificates are read anew; workers of a cluster are replaced instead. */
    ServerRun reloading(Optional<ServerTls> present) {
        tls = present;
        return this;
    }

    /** Serves until it is over. */
    void run(PrintStream out) {
        run(out, (loop, addresses) -> {});
    }

    /**
     * As {@link #run(PrintStream)}.
     *
     * @param ready called on a loop, once, when all of them listen and {@code out} has got the line
     *     that says so
     * @throws Failure if it can't listen
     */
    void run(PrintStream out, BiConsumer<Loop, List<Address>> ready) {
        options.driver().ifPresent(name -> System.setProperty(Drivers.PROPERTY, name));
        Signals.onStop(this::stop, ended);
        Runnable forget = tls.map(one -> Signals.onHangup(() -> reload(one))).orElse(() -> {});
        try {
            if (options.loops() == 1) {
                Loop.run(loop -> setUp(loop, out, ready));
            } else {
                LoopGroup.start(options.loops(), loop -> setUp(loop, out, ready)).join();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            forget.run();
            ended.countDown();
        }
    }

    /**
     * Serves as a worker of a cluster until its primary ends that; what goes wrong is for the
     * primary to say.
     *
     * @return the exit status
     */
    int work() {
        options.driver().ifPresent(name -> System.setProperty(Drivers.PROPERTY, name));
        int[] status = {Main.OK};
        Loop.run(loop -> {
            Worker worker = Cluster.join(loop);
            setUp(
                    loop,
                    service -> {},
                    failure -> {
                        status[0] = Main.FAILED;
                        worker.send(FAILED + failure.getMessage());
                        stop();
                    });
        });
        return status[0];
    }

    private void setUp(Loop loop, PrintStream out, BiConsumer<Loop, List<Address>> ready) {
        supervision.join(loop);
        setUp(
                loop,
                service -> listening(service, out, ready),
                failure -> {
                    throw failure;
                });
    }

    private void setUp(Loop loop, Consumer<Service> listening, Consumer<Failure> failed) {
        Service service = factory.apply(loop);
        for (Address address : options.addresses()) {
            service.listen(
                    address,
                    () -> listening.accept(service),
                    error -> failed.accept(ListenFailure.of(error, address, options.words())));
        }
        synchronized (services) {
            services.add(service);
            if (isStopping) {
                finish(service);
            }
        }
    }

    private void listening(
            Service service, PrintStream out, BiConsumer<Loop, List<Address>> ready) {
        if (pendingListens.decrementAndGet() == 0) {
            Loop loop = service.loop();
            List<Address> addresses = service.addresses();
            String line = StartLine.text(loop.driverName(), options.loops(), scheme, addresses);
            out.println(supervision.sockets().isEmpty() ? line : StartLine.inherited(line));
            supervision.ready();
            ready.accept(loop, addresses);
        }
    }

    /** What can't be read leaves the certificate as it was. On a thread of the JVM's. */
    private void reload(ServerTls present) {
        try {
            TlsOptions loaded = present.load();
            synchronized (services) {
                services.forEach(one -> one.loop().execute(() -> one.reloadTls(loaded)));
            }
            loaded.identity()
                    .ifPresent(one ->
                            Console.complain(
                                    "the certificate was read anew, SHA-256 " + one.fingerprint()));
        } catch (Failure e) {
            Console.complain(Console.oneLine(e) + "; the certificate stays as it was");
        }
    }

    Scheme scheme() {
        return scheme;
    }

    /** How many addresses it is to listen on. */
    int addressCount() {
        return options.addresses().size();
    }

    /** Begins to end it; any thread. */
    void stop() {
        synchronized (services) {
            if (!isStopping) {
                isStopping = true;
                supervision.stopping();
                services.forEach(service -> service.loop().execute(() -> finish(service)));
            }
        }
    }

    private void finish(Service service) {
        service.finish();
        Duration most = finishMax.plus(service.finishDelay());
        service.loop().setTimeout(most, service::abort).unref();
    }
}
