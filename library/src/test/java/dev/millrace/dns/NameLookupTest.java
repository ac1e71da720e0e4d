package dev.millrace.dns;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.kernel.IpAddress;
import dev.millrace.kernel.SystemError;
import dev.millrace.loop.TimerHandle;
import dev.millrace.testing.Journal;
import dev.millrace.testing.LoopFixture;
import dev.millrace.testing.SlowNames;
import java.net.UnknownHostException;
import java.time.Duration;
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
