package dev.millrace.tls;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.kernel.SystemError;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What {@link RecordLayer} promises, of whatever engine. */
abstract class RecordLayerContract {
    static final TlsOptions SERVER = TestCertificates.server();
    static final TlsOptions CLIENT = TestCertificates.client();

    long nanos = 1;

    abstract RecordLayer client(TlsOptions options, String host, int port);

    abstract RecordLayer server(TlsOptions options);

    RecordPair pair(TlsOptions client, TlsOptions server) {
        return pair(client, server, "localhost");
    }

    RecordPair pair(TlsOptions client, TlsOptions server, String host) {
        return new RecordPair(client(client, host, 443), server(server));
    }

    static String code(IOException error) {
        return error == null ? "none" : SystemError.codeOf(error);
    }

    @ParameterizedTest
    @EnumSource(TlsProtocol.class)
    void bytesPassBothWaysAndBothEndsSayWhatWasAgreedOn(TlsProtocol protocol) {
        RecordPair pair = pair(CLIENT.withProtocols(protocol), SERVER).begin();
        assertThat(pair.client.layer.isSecure()).isTrue();
        assertThat(pair.server.layer.isSecure()).isTrue();
        byte[] much = new byte[100_000];
        new Random(1).nextBytes(much);
        pair.client.write(much);
        pair.server.write("hello");
        pair.settle();
        assertThat(pair.server.plain.toByteArray()).isEqualTo(much);
        assertThat(pair.client.text()).isEqualTo("hello");
        TlsSession session = pair.client.layer.session();
        assertThat(session.protocol()).isEqualTo(protocol.toString());
        assertThat(session.peerCertificates())
                .containsExactly(TestCertificates.LOCALHOST.certificate());
        assertThat(session.isResumed()).isFalse();
        assertThat(pair.server.layer.session().suite()).isEqualTo(session.suite());
        assertThat(pair.server.layer.session().serverName()).contains("localhost");
        assertThat(pair.server.layer.session().peerCertificates()).isEmpty();
    }

    @ParameterizedTest
    @EnumSource(TlsProtocol.class)
    void itDoesNotMatterWhereTheBytesAreCut(TlsProtocol protocol) {
        for (int piece : List.of(1, 2, 5, 6, 100)) {
            RecordPair pair = pair(CLIENT.withProtocols(protocol), SERVER);
            pair.pieceBytes = piece;
            pair.begin();
            pair.client.write("one");
            pair.client.write("two");
            pair.settle();
            assertThat(pair.server.text()).as("pieces of %d", piece).isEqualTo("onetwo");
        }
    }

    @Test
    void whatTakesLongIsATaskAndBytesThatComeMeanwhileAreKept() {
        RecordPair pair = pair(CLIENT, SERVER);
        pair.server.begin();
        pair.client.begin();
        byte[] hello = pair.client.takeSent();
        pair.server.receive(hello, 0, 10);
        assertThat(pair.server.layer.task()).isNull();
        pair.server.receive(hello, 10, hello.length - 10);
        Runnable task = pair.server.layer.task();
        assertThat(task).isNotNull();
        assertThat(pair.server.layer.task()).as("given out once").isNull();
        assertThat(pair.server.sent.size()).isZero();
        pair.server.receive(new byte[RecordLayer.HELD_MAX_BYTES]);
        assertThat(pair.server.error).isNull();
        pair.server.receive(new byte[1]);
        assertThat(pair.server.error).hasMessageContaining("more than the handshake takes");
    }

    @Test
    void underTls13EachSideEndsByItself() throws IOException {
        RecordPair pair = pair(CLIENT.withProtocols(TlsProtocol.TLS_1_3), SERVER).begin();
        pair.client.write("question");
        pair.client.close();
        pair.settle();
        assertThat(pair.server.text()).isEqualTo("question");
        assertThat(pair.server.layer.isPeerClosed()).isTrue();
        pair.server.layer.endOfInput();
        assertThat(pair.server.layer.isOutputOver()).isFalse();
        pair.server.write("the answer");
        pair.server.close();
        pair.settle();
        assertThat(pair.client.text()).isEqualTo("the answer");
        assertThat(pair.client.layer.isPeerClosed()).isTrue();
    }

    @Test
    void underTls12OneEndIsThatOfBoth() throws IOException {
        RecordPair pair = pair(CLIENT.withProtocols(TlsProtocol.TLS_1_2), SERVER).begin();
        pair.client.write("question");
        pair.client.close();
        pair.settle();
        assertThat(pair.server.text()).isEqualTo("question");
        assertThat(pair.server.layer.isPeerClosed()).isTrue();
        assertThat(pair.server.layer.isOutputOver()).isTrue();
        pair.server.layer.endOfInput();
        assertThat(pair.client.layer.isPeerClosed()).isTrue();
    }

    @Test
    @Tag("X100")
    void anEndWithoutCloseNotifyIsTruncation() {
        RecordPair pair = pair(CLIENT, SERVER).begin();
        pair.client.write("half of");
        pair.settle();
        pair.server.attempt(pair.server.layer::endOfInput);
        assertThat(code(pair.server.error)).isEqualTo("ERR_TLS_TRUNCATED");
        RecordPair early = pair(CLIENT, SERVER);
        early.server.begin();
        early.server.attempt(early.server.layer::endOfInput);
        assertThat(early.server.error)
                .hasMessageContaining("ended the connection in the handshake");
    }

    @Test
    @Tag("X98")
    void aRequestOfPlainHttpGetsA400() {
        for (String method : List.of("GET / HTTP/1.1\r\n\r\n", "P", "OPTIONS * HTTP/1.1\r\n")) {
            RecordPair pair = pair(CLIENT, SERVER);
            pair.server.begin();
            pair.server.receive(method.getBytes(StandardCharsets.US_ASCII));
            assertThat(pair.server.sent.toString(StandardCharsets.US_ASCII))
                    .startsWith("HTTP/1.1 400 Bad Request\r\n")
                    .endsWith("use https:// for it.\n");
            assertThat(code(pair.server.error)).isEqualTo("ERR_TLS_PLAIN_HTTP");
        }
    }

    @Test
    @Tag("X98")
    void garbageIsAnErrorOfTheHandshake() {
        Random random = new Random(7);
        for (int round = 0; round < 200; round++) {
            byte[] garbage = new byte[1 + random.nextInt(300)];
            random.nextBytes(garbage);
            if (random.nextBoolean()) {
                // The head of a handshake's record.
                garbage[0] = 0x16;
            }
            RecordPair pair = pair(CLIENT, SERVER);
            pair.server.begin();
            pair.server.receive(garbage);
            pair.server.runTask();
            assertThat(pair.server.layer.isSecure()).isFalse();
            assertThat(pair.server.plain.size()).isZero();
        }
    }

    @Test
    void aByteThatWasChangedOnItsWayIsAnErrorAndAnAlert() {
        RecordPair pair = pair(CLIENT, SERVER).begin();
        pair.client.write("hello");
        byte[] bytes = pair.client.takeSent();
        bytes[bytes.length - 1] ^= 1;
        pair.server.receive(bytes);
        assertThat(code(pair.server.error)).isEqualTo("ERR_TLS_PROTOCOL");
        assertThat(pair.server.sent.size()).isPositive();
        assertThat(pair.server.text()).isEmpty();
    }

    @Test
    @Tag("X99")
    void theNameIsVerifiedAndTheErrorSaysWhatTheCertificateIsFor() {
        RecordPair pair = pair(CLIENT, SERVER, "example.org").begin();
        assertThat(code(pair.client.error)).isEqualTo("ERR_TLS_CERT_ALTNAME_INVALID");
        assertThat(pair.client.error)
                .hasMessageContaining(
                        "\"example.org\" is not what the certificate is for: localhost, 127.0.0.1");
        assertThat(pair.server.layer.isSecure()).isFalse();
        assertThat(code(pair.server.error)).isEqualTo("ERR_TLS_HANDSHAKE");
        assertThat(code(pair(CLIENT, SERVER, "127.0.0.1").begin().client.error)).isEqualTo("none");
        assertThat(code(pair(CLIENT, SERVER, "127.0.0.2").begin().client.error))
                .isEqualTo("ERR_TLS_CERT_ALTNAME_INVALID");
    }

    @Test
    @Tag("X99")
    void aCertificateOutOfItsTimeOrOfAnUnknownAuthorityIsRefused() {
        Instant now = Instant.now();
        Duration day = Duration.ofDays(1);
        TestCertificates.Issued old =
                TestCertificates.issuedAt(now.minus(Duration.ofDays(3)), day, "localhost");
        TestCertificates.Issued young =
                TestCertificates.issuedAt(now.plus(Duration.ofDays(3)), day, "localhost");
        TestCertificates.Issued own = TestCertificates.authority("localhost");
        assertThat(refusal(CLIENT, old)).startsWith("tls CERT_HAS_EXPIRED: ");
        assertThat(refusal(CLIENT, young)).startsWith("tls CERT_NOT_YET_VALID: ");
        assertThat(refusal(CLIENT, own)).startsWith("tls DEPTH_ZERO_SELF_SIGNED_CERT: ");
        assertThat(refusal(TlsOptions.DEFAULTS, TestCertificates.LOCALHOST))
                .isEqualTo(
                        "tls UNABLE_TO_GET_ISSUER_CERT_LOCALLY: the certificate of CN=localhost comes"
                                + " from CN=Test Authority, which is not trusted");
    }

    private String refusal(TlsOptions client, TestCertificates.Issued shown) {
        RecordPair pair = pair(client, TlsOptions.of(shown.identity())).begin();
        return String.valueOf(pair.client.error.getMessage());
    }

    @Test
    @Tag("X99")
    void versionsThatDoNotMeetFail() {
        RecordPair pair =
                pair(
                                CLIENT.withProtocols(TlsProtocol.TLS_1_3),
                                SERVER.withProtocols(TlsProtocol.TLS_1_2))
                        .begin();
        assertThat(code(pair.server.error)).isEqualTo("ERR_TLS_HANDSHAKE");
        assertThat(code(pair.client.error)).isEqualTo("ERR_TLS_HANDSHAKE");
    }

    @Test
    void theServersFirstCommonProtocolIsChosen() {
        RecordPair pair = pair(CLIENT.withAlpn("b", "a"), SERVER.withAlpn("c", "a", "b")).begin();
        assertThat(pair.client.layer.session().alpn()).contains("a");
        assertThat(pair.server.layer.session().alpn()).contains("a");
        assertThat(pair(CLIENT, SERVER.withAlpn("a")).begin().client.layer.session().alpn())
                .isEmpty();
        RecordPair none = pair(CLIENT.withAlpn("x"), SERVER.withAlpn("a")).begin();
        assertThat(code(none.client.error)).isEqualTo("ERR_TLS_HANDSHAKE");
    }

    @Test
    void aServerShowsTheIdentityOfTheNameAskedFor() {
        TestCertificates.Issued wild = TestCertificates.issued("*.example.org");
        ServerNames names = ServerNames.of(Map.of("*.Example.org", wild.identity()));
        TlsOptions server = SERVER.withNames(names);
        RecordPair pair = pair(CLIENT, server, "www.example.org").begin();
        assertThat(pair.client.layer.session().peerCertificates())
                .containsExactly(wild.certificate());
        assertThat(code(pair(CLIENT, server, "localhost").begin().client.error)).isEqualTo("none");
        assertThat(code(pair(CLIENT, server, "a.b.example.org").begin().client.error))
                .isEqualTo("ERR_TLS_CERT_ALTNAME_INVALID");
    }

    @Test
    @Tag("X99")
    void whatServerNamesThrowFailsTheHandshakeAlone() {
        ServerNames names =
                name -> {
                    throw new IllegalStateException("no names today");
                };
        RecordPair pair = pair(CLIENT, SERVER.withNames(names)).begin();
        assertThat(pair.server.error).hasMessageContaining("no names today");
        assertThat(pair.server.layer.isSecure()).isFalse();
        ServerNames nothing = name -> Optional.empty();
        assertThat(pair(CLIENT, SERVER.withNames(nothing)).begin().server.error).isNull();
    }

    @ParameterizedTest
    @EnumSource(TlsProtocol.class)
    void clientsAreAskedForCertificates(TlsProtocol protocol) {
        TlsOptions client = CLIENT.withProtocols(protocol);
        TlsOptions server =
                SERVER.withTrust(TestCertificates.AUTHORITY.trust())
                        .withClientCertificates(ClientCertificates.NEEDED);
        RecordPair none = pair(client, server).begin();
        assertThat(code(none.server.error)).isEqualTo("ERR_TLS_HANDSHAKE");
        TestCertificates.Issued own = TestCertificates.issued("me");
        RecordPair shown = pair(client.withIdentity(own.identity()), server).begin();
        assertThat(shown.server.layer.session().peerCertificates())
                .containsExactly(own.certificate());
        TlsOptions wanted = server.withClientCertificates(ClientCertificates.WANTED);
        RecordPair without = pair(client, wanted).begin();
        assertThat(without.server.layer.isSecure()).isTrue();
        assertThat(without.server.layer.session().peerCertificates()).isEmpty();
        RecordPair given = pair(client.withIdentity(own.identity()), wanted).begin();
        assertThat(given.server.layer.session().peerCertificates())
                .containsExactly(own.certificate());
        TestCertificates.Issued other = TestCertificates.authority("other");
        RecordPair wrong = pair(client.withIdentity(other.identity()), server).begin();
        assertThat(wrong.server.layer.isSecure()).isFalse();
    }
}
