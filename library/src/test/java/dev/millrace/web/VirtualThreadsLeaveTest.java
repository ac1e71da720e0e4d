package dev.millrace.web;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.http.HttpFixture;
import dev.millrace.http.RawHttp;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Handlers that block, and clients that leave, or are slower or faster than they are. */
@Timeout(60)
class VirtualThreadsLeaveTest {
    private static final VirtualThreads PATIENT =
            new VirtualThreads(VirtualThreads.Options.DEFAULTS.withInterrupts(false));

    private final CompletableFuture<Object> outcome = new CompletableFuture<>();
    private final CountDownLatch begun = new CountDownLatch(1);
    private final CountDownLatch go = new CountDownLatch(1);

    private static HttpFixture serve(BlockingHttpHandler handler) {
        return HttpFixture.serve(new VirtualThreads().handler(handler));
    }

    private BlockingHttpHandler waiting() {
        return (request, response) -> {
            begun.countDown();
            try {
                go.await();
                outcome.complete("went on");
            } catch (InterruptedException e) {
                outcome.complete("interrupted");
                throw e;
            }
            response.end("still");
        };
    }

    private static void await(CountDownLatch latch) throws InterruptedException {
        assertThat(latch.await(15, TimeUnit.SECONDS)).isTrue();
    }

    private Object outcome() {
        return outcome.orTimeout(15, TimeUnit.SECONDS).join();
    }

    @ParameterizedTest
    @ValueSource(strings = {"FIN", "reset"})
    void aClientThatLeavesInterruptsItsThread(String how) throws Exception {
        try (var fixture = serve(waiting());
                RawHttp client = fixture.connect()) {
            client.send(RawHttp.get("/"));
            await(begun);
            if (how.equals("FIN")) {
                client.endOutput();
            } else {
                client.reset();
            }
            assertThat(outcome()).isEqualTo("interrupted");
            fixture.untilEmpty();
            fixture.turns();
            assertThat(fixture.handlerErrorCount()).as("its client's doing").isZero();
        }
    }

    @Test
    void toldOtherwiseItGoesOn() throws Exception {
        try (var fixture = HttpFixture.serve(PATIENT.handler(waiting()));
                RawHttp client = fixture.connect()) {
            client.send(RawHttp.get("/")).endOutput();
            await(begun);
            fixture.turns();
            go.countDown();
            assertThat(outcome()).isEqualTo("went on");
            assertThat(client.answer().text()).isEqualTo("still");
        }
    }

    @Test
    void itsStreamsFailWhenTheConnectionIsGone() throws Exception {
        try (var fixture =
                        HttpFixture.serve(
                                PATIENT.handler((request, response) -> {
                                    begun.countDown();
                                    try {
                                        while (true) {
                                            response.outputStream().write(new byte[10_000]);
                                        }
                                    } catch (IOException e) {
                                        outcome.complete(e.getMessage());
                                        throw e;
                                    }
                                }));
                RawHttp client = fixture.connect()) {
            client.send(RawHttp.get("/"));
            await(begun);
            client.reset();
            assertThat(outcome()).isEqualTo("the client has left");
            fixture.untilEmpty();
            fixture.turns();
            assertThat(fixture.handlerErrorCount()).isZero();
        }
    }

    @Test
    void aReaderHearsThatTheBodyBreaksOff() throws Exception {
        try (var fixture =
                        HttpFixture.serve(
                                PATIENT.handler((request, response) -> {
                                    try {
                                        outcome.complete(request.text(100));
                                    } catch (IOException e) {
                                        outcome.complete(e);
                                    }
                                }));
                RawHttp client = fixture.connect()) {
            client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\nhalf");
            fixture.untilRead(50);
            client.reset();
            assertThat(outcome()).isInstanceOf(IOException.class);
        }
    }

    @Test
    void aThreadThatHasEndedItsResponseIsLeftAlone() throws Exception {
        try (var fixture =
                serve((request, response) -> {
                    response.end("early");
                    begun.await();
                    outcome.complete(Thread.currentThread().isInterrupted());
                })) {
            try (RawHttp client = fixture.connect()) {
                assertThat(client.get().text()).isEqualTo("early");
            }
            fixture.untilEmpty();
            begun.countDown();
            assertThat(outcome()).isEqualTo(false);
        }
    }

    @Test
    void aRequestThatWaitsIsForgottenWhenItsClientLeaves() throws Exception {
        VirtualThreads one = new VirtualThreads(VirtualThreads.Options.DEFAULTS.withMaxThreads(1));
        List<String> served = new ArrayList<>();
        BlockingHttpHandler handler =
                (request, response) -> {
                    served.add(request.path());
                    begun.countDown();
                    go.await();
                    response.end("ok");
                };
        try (var fixture = HttpFixture.serve(one.handler(handler));
                RawHttp first = fixture.connect();
                RawHttp second = fixture.connect();
                RawHttp third = fixture.connect()) {
            first.send(RawHttp.get("/first"));
            await(begun);
            second.send(RawHttp.get("/second"));
            fixture.until(() -> one.waiting() == 1);
            second.reset();
            fixture.until(() -> fixture.server().net().connectionCount() == 2);
            third.send(RawHttp.get("/third"));
            fixture.until(() -> one.waiting() == 2);
            go.countDown();
            assertThat(first.answer().text()).isEqualTo("ok");
            assertThat(third.answer().text()).isEqualTo("ok");
            assertThat(served).containsExactly("/first", "/third");
        }
    }

    @Test
    void aHandlerThatDoesNotReadHoldsTheClientBack() throws Exception {
        List<Long> read = new ArrayList<>();
        try (var fixture =
                        serve((request, response) -> {
                            request.inputStream().read();
                            begun.countDown();
                            go.await();
                            response.end("" + request.inputStream().skip(Long.MAX_VALUE));
                        });
                RawHttp client = fixture.connect()) {
            int length = 20_000_000;
            Thread.startVirtualThread(() -> {
                try {
                    client.send(RawHttp.post("x".repeat(length)));
                } catch (IOException e) {
                    outcome.complete(e);
                }
            });
            await(begun);
            fixture.until(() -> isStill(fixture, read));
            assertThat(read.getLast()).isLessThan(1_000_000);
            go.countDown();
            assertThat(client.answer().text()).isEqualTo("" + (length - 1));
        }
    }

    /** Whether nothing more was received for many turns. */
    private static boolean isStill(HttpFixture fixture, List<Long> read) {
        read.add(fixture.server().net().connections().iterator().next().bytesRead());
        int last = read.size() - 1;
        return last > 1000 && read.get(last).equals(read.get(last - 1000));
    }

    @Test
    void aClientThatDoesNotReadHoldsTheHandlerBack() throws Exception {
        int pieces = 2000;
        int[] written = {0};
        try (var fixture =
                        serve((request, response) -> {
                            for (int at = 0; at < pieces; at++) {
                                response.outputStream().write(new byte[10_000]);
                                written[0]++;
                            }
                            outcome.complete("through");
                        });
                RawHttp client = RawHttp.connect(fixture.port(), 4096)) {
            client.send(RawHttp.get("/"));
            List<Integer> seen = new ArrayList<>();
            fixture.until(() -> {
                seen.add(written[0]);
                int last = seen.size() - 1;
                return seen.get(last) > 0
                        && last > 1000
                        && seen.get(last).equals(seen.get(last - 1000));
            });
            assertThat(written[0]).isLessThan(pieces);
            assertThat(client.answer().body()).hasSize(pieces * 10_000);
            assertThat(outcome()).isEqualTo("through");
        }
    }
}
