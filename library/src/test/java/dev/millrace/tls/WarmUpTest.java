package dev.millrace.tls;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.kernel.IpAddress;
import dev.millrace.net.NetServer;
import dev.millrace.net.NetServerOptions;
import dev.millrace.testing.LoopFixture;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

/** What is done before the first client comes. */
class WarmUpTest {
    @Test
    void bothEndsShakeHandsInMemory() {
        assertThat(WarmUp.shakesHands(TlsIdentity.selfSigned("localhost"))).isTrue();
        assertThat(WarmUp.shakesHands(TestCertificates.issuedRsa("localhost").identity())).isTrue();
    }

    @Test
    void aCertificateThatIsOverWarmsAsWell() {
        Instant past = Instant.now().minus(Duration.ofDays(9));
        TestCertificates.Issued over =
                TestCertificates.issuedAt(past, Duration.ofDays(1), "localhost");
        assertThat(WarmUp.shakesHands(over.identity())).isTrue();
    }

    /** The loop itself does nothing of it. */
    @Test
    void aServerThatListensHasItDoneOnAThread() {
        TlsIdentity own = TlsIdentity.selfSigned("localhost");
        TlsIdentity renewed = TlsIdentity.selfSigned("localhost");
        try (LoopFixture fixture = new LoopFixture()) {
            NetServer server =
                    fixture.call(() -> {
                        NetServerOptions options =
                                NetServerOptions.DEFAULTS.withTls(TlsOptions.of(own));
                        NetServer made = NetServer.create(fixture.loop(), options);
                        assertThat(Engines.of(TlsOptions.of(own)).isPrepared()).isFalse();
                        return made.listen(IpAddress.loopback(0));
                    });
            awaitPrepared(own);
            fixture.act(() -> {
                server.reloadTls(TlsOptions.of(renewed));
                server.close();
            });
            awaitPrepared(renewed);
        }
    }

    private static void awaitPrepared(TlsIdentity of) {
        Engines engines = Engines.of(TlsOptions.of(of));
        Instant deadline = Instant.now().plusSeconds(LoopFixture.DEADLINE_SECONDS);
        while (!engines.isPrepared()) {
            assertThat(Instant.now()).isBefore(deadline);
            Thread.onSpinWait();
        }
    }
}
