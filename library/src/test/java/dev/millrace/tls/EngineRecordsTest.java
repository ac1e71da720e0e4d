package dev.millrace.tls;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.testing.Kernel;
import java.nio.ByteBuffer;
import java.time.Clock;
import java.time.Duration;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLSessionContext;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The promises, of the JDK's engine; and what only a peer of that kind can do to us. */
class EngineRecordsTest extends RecordLayerContract {
    private Clock wall = Clock.systemUTC();

    @Override
    RecordLayer client(TlsOptions options, String host, int port) {
        return new EngineRecords(prepared(options).ofClient(host, port), () -> nanos, wall);
    }

    @Override
    RecordLayer server(TlsOptions options) {
        return new EngineRecords(prepared(options).ofServer(), () -> nanos, wall);
    }

    /** Preparing is a task of its own, once for some options. */
    private static Engines prepared(TlsOptions options) {
        Engines engines = Engines.of(options);
        engines.prepare();
        return engines;
    }

    @Test
    void theSecondConnectionGoesOnFromTheFirst() {
        TlsOptions client = CLIENT.withTrust(TestCertificates.AUTHORITY.trust());
        RecordPair first = pair(client, SERVER).begin();
        assertThat(first.client.layer.session().isResumed()).isFalse();
        // The session is older than the second handshake by what a clock of milliseconds can tell.
        wall = Clock.offset(wall, Duration.ofSeconds(1));
        RecordPair second = pair(client, SERVER).begin();
        assertThat(second.client.layer.session().isResumed()).isTrue();
        assertThat(second.server.layer.session().isResumed()).isTrue();
        assertThat(second.client.layer.session().peerCertificates()).hasSize(1);
    }

    /** One is kept: that of the second host takes the place of the first one's. */
    @Test
    void noMoreSessionsAreKeptThanMayBe() {
        TlsOptions client =
                CLIENT.withTrust(TestCertificates.AUTHORITY.trust())
                        .withSessions(TlsSessions.DEFAULTS.withMax(1));
        assertThat(isResumed(client, "localhost")).isFalse();
        assertThat(isResumed(client, "localhost")).isTrue();
        assertThat(isResumed(client, "127.0.0.1")).isFalse();
        assertThat(isResumed(client, "localhost")).isFalse();
    }

    /** The JDK forgets them by its own clock, when it is told to. */
    @ParameterizedTest
    @EnumSource(TlsProtocol.class)
    void bothEndsHaveTheLimitsOfSessions(TlsProtocol protocol) throws SSLException {
        TlsSessions few = new TlsSessions(7, Duration.ofMinutes(3));
        TlsOptions options = CLIENT.withProtocols(protocol).withSessions(few);
        SSLEngine ours = engine(options);
        SSLEngine theirs = Engines.of(SERVER.withSessions(few)).server();
        RecordPair pair =
                new RecordPair(
                        new EngineRecords(EngineSource.of(ours), () -> nanos, wall),
                        new EngineRecords(EngineSource.of(theirs), () -> nanos, wall));
        pair.begin();
        assertThat(pair.client.layer.isSecure() && pair.server.layer.isSecure()).isTrue();
        for (SSLEngine end : new SSLEngine[] {ours, theirs}) {
            SSLSessionContext kept = end.getSession().getSessionContext();
            assertThat(kept.getSessionTimeout()).isEqualTo(180);
            assertThat(kept.getSessionCacheSize()).isEqualTo(7);
        }
    }

    /** Seconds of the JDK's clock, which can't be made up; a server's tickets it takes longer. */
    @ParameterizedTest
    @EnumSource(TlsProtocol.class)
    @Tag("faults")
    void aClientsSessionOlderThanItsLifetimeDoesNotGoOn(TlsProtocol protocol) {
        TlsOptions brief =
                CLIENT.withTrust(TestCertificates.AUTHORITY.trust())
                        .withProtocols(protocol)
                        .withSessions(TlsSessions.DEFAULTS.withLifetime(Duration.ofSeconds(1)));
        assertThat(isResumed(brief, SERVER)).isFalse();
        long kept = wall.millis();
        Kernel.await("the lifetime is over", () -> wall.millis() - kept > 2000);
        assertThat(isResumed(brief, SERVER)).isFalse();
        TlsOptions usual = brief.withSessions(TlsSessions.DEFAULTS);
        assertThat(isResumed(usual, SERVER)).isFalse();
        assertThat(isResumed(usual, SERVER)).isTrue();
    }

    private boolean isResumed(TlsOptions client, TlsOptions server) {
        long before = wall.millis();
        Kernel.await("another millisecond", () -> wall.millis() > before);
        return pair(client, server).begin().client.layer.session().isResumed();
    }

    private boolean isResumed(TlsOptions client, String host) {
        // A later millisecond than that of any session.
        long before = wall.millis();
        while (wall.millis() == before) {
            Thread.onSpinWait();
        }
        return pair(client, SERVER, host).begin().client.layer.session().isResumed();
    }

    private static Engines fresh() {
        return new Engines(TlsOptions.of(TestCertificates.LOCALHOST.identity()));
    }

    /** Reading certificates and setting up the JDK is nothing for a loop. */
    @Test
    void whatTheFirstConnectionNeedsIsPreparedByATask() {
        Engines engines = fresh();
        RecordLayer layer = new EngineRecords(engines.ofServer(), () -> nanos, wall);
        RecordPair pair = new RecordPair(client(CLIENT, "localhost", 1), layer);
        pair.server.begin();
        pair.client.begin();
        while (pair.client.runTask()) {
            // Its first message comes out.
        }
        byte[] hello = pair.client.sent.toByteArray();
        pair.client.sent.reset();
        pair.server.receive(hello, 0, 10);
        pair.server.receive(hello, 10, hello.length - 10);
        assertThat(hello).hasSizeGreaterThan(100);
        assertThat(engines.isPrepared()).isFalse();
        assertThat(pair.server.sent.size()).isZero();
        assertThat(pair.server.runTask()).isTrue();
        assertThat(engines.isPrepared()).isTrue();
        pair.settle();
        assertThat(pair.server.layer.isSecure()).isTrue();
        assertThat(pair.client.layer.isSecure()).isTrue();
    }

    @Test
    void whatIsGivenUpBeforeIsNeverPrepared() {
        Engines engines = fresh();
        RecordPair.End end =
                new RecordPair.End(new EngineRecords(engines.ofServer(), () -> nanos, wall));
        end.begin();
        end.receive("GET / HTTP/1.1\r\n\r\n".getBytes(java.nio.charset.StandardCharsets.US_ASCII));
        assertThat(code(end.error)).isEqualTo("ERR_TLS_PLAIN_HTTP");
        assertThat(end.layer.task()).isNull();
        assertThat(engines.isPrepared()).isFalse();
    }

    private static SSLEngine engine(TlsOptions options) {
        return Engines.of(options).client("localhost", 1);
    }

    /** A client that is the bare engine, which can do what ours never does. */
    private RecordPair.End served(SSLEngine engine, RecordPair pair) throws SSLException {
        pair.server.begin();
        RecordPair.End end =
                new RecordPair.End(new EngineRecords(EngineSource.of(engine), () -> nanos, wall));
        RecordPair both = new RecordPair(end.layer, pair.server.layer);
        both.begin();
        assertThat(both.server.layer.isSecure()).isTrue();
        return both.server;
    }

    private static byte[] wrap(SSLEngine engine) throws SSLException {
        ByteBuffer to = ByteBuffer.allocate(17 << 10);
        engine.wrap(ByteBuffer.allocate(0), to);
        byte[] record = new byte[to.flip().remaining()];
        to.get(record);
        return record;
    }

    @Test
    @Tag("X99")
    void renegotiationIsRefused() throws SSLException {
        TlsOptions old = CLIENT.withProtocols(TlsProtocol.TLS_1_2);
        SSLEngine engine = engine(old);
        RecordPair.End server = served(engine, pair(old, SERVER));
        engine.beginHandshake();
        server.receive(wrap(engine));
        server.runTask();
        assertThat(code(server.error)).isEqualTo("ERR_TLS_RENEGOTIATION");
    }

    @Test
    @Tag("X99")
    void newKeysAreTakenNowAndThenAndNoFloodOfThem() throws SSLException {
        SSLEngine engine = engine(CLIENT.withProtocols(TlsProtocol.TLS_1_3));
        RecordPair.End server = served(engine, pair(CLIENT, SERVER));
        for (int round = 0; round < RecordBudget.BURST; round++) {
            assertThat(server.error).as("round %d", round).isNull();
            // A new key is what a handshake is behind that of TLS 1.3.
            engine.beginHandshake();
            server.receive(wrap(engine));
        }
        nanos += RecordBudget.REFILL_NANOS;
        engine.beginHandshake();
        server.receive(wrap(engine));
        assertThat(server.error).isNull();
        engine.beginHandshake();
        server.receive(wrap(engine));
        assertThat(code(server.error)).isEqualTo("ERR_TLS_FLOOD");
    }

    @Test
    @Tag("X99")
    void aNewKeyIsAnsweredAtOnceAlsoAfterData() throws SSLException {
        SSLEngine engine = engine(CLIENT.withProtocols(TlsProtocol.TLS_1_3));
        RecordPair.End server = served(engine, pair(CLIENT, SERVER));
        ByteBuffer to = ByteBuffer.allocate(17 << 10);
        engine.wrap(ByteBuffer.wrap(new byte[] {'a'}), to);
        server.receive(to.array(), 0, to.position());
        assertThat(server.text()).isEqualTo("a");
        server.takeSent();
        engine.beginHandshake();
        server.receive(wrap(engine));
        assertThat(server.error).isNull();
        assertThat(server.takeSent()).isNotEmpty();
    }

    @ParameterizedTest
    @EnumSource(TlsProtocol.class)
    @Tag("X99")
    void theServerTakesAes128BeforeAes256AndThatIfItIsNamedAlone(TlsProtocol protocol)
            throws SSLException {
        boolean isNew = protocol == TlsProtocol.TLS_1_3;
        String prefix = isNew ? "TLS_" : "TLS_ECDHE_ECDSA_WITH_";
        String cheap = prefix + "AES_128_GCM_SHA256";
        String strong = prefix + "AES_256_GCM_SHA384";
        // Sessions of its own: one that goes on keeps its suite.
        TlsSessions own = TlsSessions.DEFAULTS.withMax(11);
        TlsOptions client = CLIENT.withProtocols(protocol).withSessions(own);
        assertThat(pair(client, SERVER).begin().client.layer.session().suite()).isEqualTo(cheap);
        SSLEngine both = engine(client);
        both.setEnabledCipherSuites(new String[] {strong, cheap});
        assertThat(served(both, pair(client, SERVER)).layer.session().suite()).isEqualTo(cheap);
        SSLEngine alone = engine(client);
        alone.setEnabledCipherSuites(new String[] {strong});
        assertThat(served(alone, pair(client, SERVER)).layer.session().suite()).isEqualTo(strong);
    }
}
