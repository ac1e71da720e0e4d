package dev.millrace.dns;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.kernel.IpAddress;
import dev.millrace.kernel.SystemError;
import dev.millrace.loop.Loop;
import dev.millrace.loop.TimerHandle;
import dev.millrace.loop.WorkPool;
import dev.millrace.net.NetServer;
import dev.millrace.net.NetSocket;
import dev.millrace.testing.Journal;
import dev.millrace.testing.LoopFixture;
import dev.millrace.testing.SlowNames;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NameLookupTest {
    private final Journal journal = new Journal();

    /**
     * The name is known only after the third tick, which a loop that waited for it would not reach.
     */
    @Test
    @Tag("A14")
    void aSlowNameDoesNotDelayATicker() {
        CountDownLatch gate = SlowNames.hold(3);
        LoopFixture.run(loop -> {
            TimerHandle ticker =
                    loop.setInterval(
                            Duration.ofMillis(10),
                            () -> {
                                journal.add("tick");
                                gate.countDown();
                            });
            NameLookup.addresses(
                    loop,
                    SlowNames.NAME,
                    80,
                    found -> {
                        journal.add(found + " " + loop.inLoop());
                        ticker.close();
                    },
                    error -> journal.add(error.getMessage()));
        });
        assertThat(journal.lines())
                .startsWith("tick", "tick", "tick")
                .endsWith(List.of(IpAddress.loopback(80)) + " true");
    }

    /**
     * The JDK's look-up is a native call that blocks: on virtual threads it pins their carriers.
     */
    @Test
    @Tag("A14")
    void lookUpsThatHangTakeAFewThreadsOfTheirOwn() {
        CountDownLatch gate = SlowNames.hold(1);
        LoopFixture.run(loop -> {
            for (int i = 0; i < 400; i++) {
                ask(loop);
            }
            loop.offload(() -> "something else")
                    .thenAccept(text -> {
                        journal.add(text);
                        gate.countDown();
                    });
        });
        assertThat(journal.lines()).startsWith("something else").hasSize(401);
        assertThat(journal.count("found")).isEqualTo(400);
        assertThat(SlowNames.peak()).isBetween(1, WorkPool.THREADS);
        assertThat(SlowNames.onVirtualThreads()).isZero();
    }

    @Test
    @Tag("A14")
    void pastTheLimitALookUpFailsAndACancelledOneGivesItsPlaceBack() {
        CountDownLatch gate = SlowNames.hold(1);
        List<Runnable> cancels = new ArrayList<>();
        LoopFixture.run(loop -> {
            // The threads take some before the rest is asked for, or after: so more than both hold.
            int all = WorkPool.THREADS + WorkPool.WAITING_MAX;
            for (int i = 0; i < all + 1; i++) {
                cancels.add(ask(loop));
            }
            loop.setImmediate(() ->
                    loop.setImmediate(() -> {
                        cancels.forEach(Runnable::run);
                        journal.add("cancelled");
                        ask(loop);
                        gate.countDown();
                    }));
        });
        assertThat(journal.lines())
                .contains("getaddrinfo EAI_AGAIN n." + SlowNames.NAME)
                .endsWith("cancelled", "found");
        assertThat(journal.count("found")).isEqualTo(1);
    }

    private Runnable ask(Loop loop) {
        return NameLookup.addresses(
                loop,
                SlowNames.another(),
                80,
                found -> journal.add("found"),
                error -> journal.add(error.getMessage().replaceAll("[0-9]+", "n")));
    }

    /** Its socket does not hold the loop, and no later one waits for it. */
    @Test
    void aSocketThatIsDestroyedCancelsItsLookUp() {
        CountDownLatch gate = SlowNames.hold(1);
        LoopFixture.run(loop -> {
            NetSocket socket = NetSocket.connect(loop, 80, SlowNames.another());
            socket.onClose(() -> journal.add("close " + gate.getCount()));
            socket.destroy();
            NetServer server = NetServer.create(loop, one -> {});
            server.listen(0, SlowNames.another());
            server.close();
        });
        journal.add("end");
        gate.countDown();
        assertThat(journal.lines()).containsExactly("close 1", "end");
    }

    @ParameterizedTest
    @CsvSource({
        SlowNames.UNKNOWN + ",ENOTFOUND,3008",
        SlowNames.PASSING + ",EAI_AGAIN,3001",
    })
    @Tag("B7")
    void aNameWithoutAnAddressIsToldOnceWithItsCode(String name, String code, int errno) {
        LoopFixture.run(loop ->
                NameLookup.addresses(
                        loop,
                        name,
                        80,
                        found -> journal.add("found"),
                        error -> {
                            journal.add(error.getMessage());
                            assertThat(error)
                                    .isInstanceOf(UnknownHostException.class)
                                    .hasCauseInstanceOf(UnknownHostException.class);
                            SystemError.Name known = (SystemError.Name) error;
                            assertThat(known.code()).isEqualTo(code);
                            assertThat(known.errno()).isEqualTo(errno);
                            assertThat(known.syscall()).isEqualTo("getaddrinfo");
                            assertThat(known.host()).isEqualTo(name);
                        }));
        assertThat(journal.lines()).containsExactly("getaddrinfo " + code + " " + name);
    }

    /** It would be lost in a stage otherwise. */
    @Test
    void whatTheReceiverThrowsIsUncaught() {
        LoopFixture.run(loop -> {
            loop.onUncaught(thrown -> journal.add("uncaught " + thrown.getMessage()));
            NameLookup.addresses(
                    loop,
                    "localhost",
                    80,
                    found -> {
                        throw new IllegalStateException("mine");
                    },
                    error -> journal.add("error"));
        });
        assertThat(journal.lines()).containsExactly("uncaught mine");
    }
}
