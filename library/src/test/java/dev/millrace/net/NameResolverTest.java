package dev.millrace.net;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.kernel.IpAddress;
import dev.millrace.kernel.SystemError;
import dev.millrace.loop.Loop;
import dev.millrace.loop.LoopStage;
import dev.millrace.loop.Work;
import dev.millrace.loop.WorkPool;
import dev.millrace.testing.Journal;
import dev.millrace.testing.LoopFixture;
import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Names that a resolver of the program's own knows. */
class NameResolverTest {
    private static final int HANGING = 200;
    private static final List<InetAddress> LOOPBACK = List.of(IpAddress.loopback(0).host());

    private final Journal journal = new Journal();
    private final AtomicInteger begun = new AtomicInteger();

    private static NetSocketOptions with(NameResolver resolver) {
        return NetSocketOptions.DEFAULTS.withNames(NameOptions.DEFAULTS.withResolver(resolver));
    }

    private static CompletionStage<List<InetAddress>> failed(Throwable thrown) {
        return CompletableFuture.failedFuture(thrown);
    }

    /** Runs {@code client} beside a server that ends each connection, until that has had one. */
    private static void withServer(BiConsumer<Loop, Integer> client) {
        LoopFixture.run(loop -> {
            NetServer server = NetServer.create(loop);
            server.onConnection(socket -> {
                server.close();
                socket.end();
            });
            server.listen(IpAddress.loopback(0))
                    .onListening(() -> client.accept(loop, server.port()));
        });
    }

    private NetSocket written(NetSocket socket) {
        return socket.onConnect(journal.line("connected"))
                .onError(error -> journal.add(error.getMessage()))
                .resume();
    }

    @Test
    @Tag("H8")
    void itIsAskedForANameOnceAndForALiteralNever() {
        NameResolver resolver =
                (loop, host, family) -> {
                    journal.add(host + " " + family + " " + loop.inLoop());
                    return CompletableFuture.completedFuture(LOOPBACK);
                };
        withServer((loop, port) -> {
            NetSocketOptions options = with(resolver);
            written(NetSocket.connect(loop, port, "127.0.0.1", options))
                    .onClose(() -> journal.add("close"));
        });
        assertThat(journal.lines()).containsExactly("connected", "close");
        withServer((loop, port) -> {
            written(NetSocket.connect(loop, port, "one.test", with(resolver)));
            journal.add("returned");
        });
        assertThat(journal.lines())
                .endsWith("one.test ANY true", "returned", "connected")
                .hasSize(5);
    }

    @Test
    @Tag("H8")
    void itMayAnswerFromAnyThreadAndTheLoopWaitsForIt() {
        NameResolver elsewhere =
                (loop, host, family) ->
                        CompletableFuture.supplyAsync(
                                () -> LOOPBACK, task -> Thread.ofVirtual().start(task));
        NameResolver offloaded = (loop, host, family) -> loop.offload(() -> LOOPBACK);
        NameResolver later =
                (loop, host, family) -> {
                    LoopStage<List<InetAddress>> stage = new LoopStage<>(loop);
                    loop.setImmediate(() -> stage.complete(LOOPBACK));
                    return stage;
                };
        for (NameResolver resolver : List.of(elsewhere, offloaded, later)) {
            withServer((loop, port) ->
                    written(NetSocket.connect(loop, port, "one.test", with(resolver))));
        }
        assertThat(journal.lines()).containsExactly("connected", "connected", "connected");
    }

    @Test
    @Tag("H8")
    @Tag("X67")
    void whatItFailsWithHasACode() {
        IOException noData = SystemError.ofName(61, "empty.test");
        List<NameResolver> resolvers =
                List.of(
                        (loop, host, family) -> failed(new UnknownHostException(host)),
                        (loop, host, family) ->
                                failed(
                                        new UnknownHostException(
                                                host + ": Temporary failure in name resolution")),
                        (loop, host, family) -> failed(noData),
                        (loop, host, family) -> failed(new IllegalStateException("broken")),
                        (loop, host, family) -> {
                            throw new IllegalStateException("thrown");
                        },
                        (loop, host, family) -> null,
                        (loop, host, family) -> CompletableFuture.completedFuture(null),
                        (loop, host, family) -> CompletableFuture.completedFuture(List.of()),
                        (loop, host, family) ->
                                loop.offload(() -> {
                                    throw new UnknownHostException(host);
                                }),
                        (loop, host, family) ->
                                CompletableFuture.supplyAsync(() -> {
                                    throw new IllegalStateException("wrapped");
                                }));
        for (NameResolver resolver : resolvers) {
            LoopFixture.run(loop ->
                    NetSocket.connect(loop, 80, "x.test", with(resolver))
                            .onError(error ->
                                    journal.add(error.getMessage() + cause(error.getCause()))));
        }
        assertThat(journal.lines())
                .containsExactly(
                        "getaddrinfo ENOTFOUND x.test of x.test",
                        "getaddrinfo EAI_AGAIN x.test"
                                + " of x.test: Temporary failure in name resolution",
                        "getaddrinfo ENODATA empty.test",
                        "getaddrinfo EAI_FAIL x.test of broken",
                        "getaddrinfo EAI_FAIL x.test of thrown",
                        "getaddrinfo EAI_FAIL x.test of the resolver answered null",
                        "getaddrinfo ENOTFOUND x.test",
                        "getaddrinfo ENOTFOUND x.test",
                        "getaddrinfo ENOTFOUND x.test of x.test",
                        "getaddrinfo EAI_FAIL x.test of wrapped");
    }

    private static String cause(Throwable cause) {
        return cause == null ? "" : " of " + cause.getMessage();
    }

    @Test
    @Tag("H8")
    void aNameWithoutAnAddressOfTheFamilyIsNotFound() {
        NameResolver resolver = (loop, host, family) -> CompletableFuture.completedFuture(LOOPBACK);
        NameOptions names =
                NameOptions.DEFAULTS.withResolver(resolver).withFamily(AddressFamily.IPV6);
        LoopFixture.run(loop ->
                NetSocket.connect(loop, 80, "x.test", NetSocketOptions.DEFAULTS.withNames(names))
                        .onError(error -> journal.add(error.getMessage())));
        assertThat(journal.lines()).containsExactly("getaddrinfo ENOTFOUND x.test");
    }

    /** A stage that never ends is the resolver's alone. */
    @Test
    @Tag("A14")
    void namesThatHangDelayNoOther() {
        List<NetSocket> waiting = new ArrayList<>();
        List<Boolean> destroyed = new ArrayList<>();
        NameResolver resolver =
                (loop, host, family) ->
                        host.equals("good.test")
                                ? CompletableFuture.completedFuture(LOOPBACK)
                                : new CompletableFuture<>();
        withServer((loop, port) -> {
            for (int i = 0; i < HANGING; i++) {
                waiting.add(NetSocket.connect(loop, port, i + ".test", with(resolver)));
            }
            written(NetSocket.connect(loop, port, "good.test", with(resolver)))
                    .onClose(() ->
                            waiting.forEach(socket -> {
                                socket.destroy();
                                destroyed.add(socket.isDestroyed());
                            }));
        });
        assertThat(journal.lines()).containsExactly("connected");
        assertThat(destroyed).hasSize(HANGING).containsOnly(true);
    }

    /** Blocks a thread of {@code pool} for every name but one until {@code gate} lets it go. */
    private NameResolver blocking(Executor pool, Semaphore gate) {
        return (loop, host, family) ->
                loop.offload(
                        pool,
                        () -> {
                            if (host.equals("good.test")) {
                                return LOOPBACK;
                            }
                            begun.incrementAndGet();
                            gate.tryAcquire(LoopFixture.DEADLINE_SECONDS, TimeUnit.SECONDS);
                            throw new UnknownHostException(host);
                        });
    }

    private void withHanging(NameResolver resolver, Consumer<List<NetSocket>> then) {
        withServer((loop, port) -> {
            List<NetSocket> hanging = new ArrayList<>();
            for (int i = 0; i < HANGING; i++) {
                NetSocket one = NetSocket.connect(loop, port, i + ".test", with(resolver));
                hanging.add(one.onError(error -> {}));
            }
            written(NetSocket.connect(loop, port, "good.test", with(resolver)))
                    .onClose(() -> hanging.forEach(NetSocket::destroy));
            loop.setImmediate(() -> then.accept(hanging));
        });
    }

    /** A name behind 200 that block 4 threads waits for 197 of them: until one thread is free. */
    @Test
    @Tag("A14")
    void namesThatBlockDelayAnotherByTheirNumberAlone() {
        Executor pool = new WorkPool("test-names", WorkPool.THREADS, WorkPool.WAITING_MAX);
        Semaphore gate = new Semaphore(0);
        withHanging(blocking(pool, gate), hanging -> gate.release(HANGING - WorkPool.THREADS + 1));
        assertThat(journal.lines()).containsExactly("connected");
        assertThat(begun).hasValue(HANGING);
    }

    /** Those that run are interrupted, and the rest never begins. */
    @Test
    @Tag("A14")
    void namesThatAreGivenUpDelayNoOther() {
        Executor pool = new WorkPool("test-names", WorkPool.THREADS, WorkPool.WAITING_MAX);
        withHanging(
                blocking(pool, new Semaphore(0)),
                hanging -> hanging.reversed().forEach(NetSocket::destroy));
        assertThat(journal.lines()).containsExactly("connected");
        assertThat(begun.get()).isLessThanOrEqualTo(WorkPool.THREADS);
    }

    @Test
    @Tag("H9")
    void aDestroyedSocketCancelsWorkAndDropsEveryOtherOutcome() {
        CompletableFuture<List<InetAddress>> shared = new CompletableFuture<>();
        List<Work<List<InetAddress>>> works = new ArrayList<>();
        CountDownLatch never = new CountDownLatch(1);
        NameResolver working =
                (loop, host, family) -> {
                    Work<List<InetAddress>> work =
                            loop.offload(() -> {
                                never.await(LoopFixture.DEADLINE_SECONDS, TimeUnit.SECONDS);
                                return LOOPBACK;
                            });
                    works.add(work);
                    return work;
                };
        LoopFixture.run(loop -> {
            NameResolver sharing = (on, host, family) -> shared;
            for (NameResolver resolver : List.of(working, sharing)) {
                NetSocket socket = written(NetSocket.connect(loop, 1, "x.test", with(resolver)));
                socket.onClose(journal.line("close"));
                loop.setImmediate(socket::destroy);
            }
        });
        assertThat(works.getFirst().isCancelled()).isTrue();
        assertThat(shared.isDone()).isFalse();
        shared.complete(LOOPBACK);
        assertThat(journal.lines()).containsExactly("close", "close");
    }
}
