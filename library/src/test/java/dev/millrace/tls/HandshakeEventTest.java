package dev.millrace.tls;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.kernel.IpAddress;
import dev.millrace.net.NetServer;
import dev.millrace.net.NetServerOptions;
import dev.millrace.net.NetSocket;
import dev.millrace.net.NetSocketOptions;
import dev.millrace.testing.LoopFixture;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the flight recorder has of handshakes. */
class HandshakeEventTest {
    private static final TlsIdentity IDENTITY = TlsIdentity.selfSigned("localhost");

    @TempDir Path folder;

    /** One connection by {@code trust}, recorded. */
    private List<RecordedEvent> connect(TlsTrust trust) throws IOException {
        Path file = folder.resolve("tls.jfr");
        try (Recording recording = new Recording()) {
            recording.enable("millrace.TlsHandshake");
            recording.start();
            LoopFixture.run(loop -> {
                NetServerOptions options =
                        NetServerOptions.DEFAULTS.withTls(TlsOptions.of(IDENTITY));
                NetServer server = NetServer.create(loop, options, NetSocket::end);
                server.listen(IpAddress.loopback(0));
                TlsOptions client = TlsOptions.DEFAULTS.withTrust(trust);
                server.onListening(() ->
                        NetSocket.connect(
                                        loop,
                                        server.port(),
                                        "localhost",
                                        NetSocketOptions.DEFAULTS.withTls(client))
                                .onError(error -> {})
                                .onEnd(() -> {})
                                .onClose(server::close)
                                .resume());
            });
            recording.stop();
            recording.dump(file);
        }
        return RecordingFile.readAllEvents(file).stream()
                .filter(event -> event.getEventType().getName().equals("millrace.TlsHandshake"))
                .toList();
    }

    @Test
    void whatWasAgreedOnIsAnEventAtEachEnd() throws IOException {
        List<RecordedEvent> events = connect(TlsTrust.ofFingerprint(IDENTITY.fingerprint()));
        assertThat(events).hasSize(2);
        assertThat(events.stream().map(event -> event.getBoolean("isClient")))
                .containsExactlyInAnyOrder(true, false);
        for (RecordedEvent event : events) {
            assertThat(event.getString("protocol")).isEqualTo("TLSv1.3");
            assertThat(event.getString("suite")).startsWith("TLS_");
            assertThat(event.getString("serverName")).isEqualTo("localhost");
            assertThat(event.getBoolean("isResumed")).isFalse();
            assertThat(event.getDuration("took"))
                    .isBetween(Duration.ofNanos(1), Duration.ofMinutes(1));
            assertThat(event.getString("error")).isEmpty();
            assertThat(event.getString("loopThread")).isNotEmpty();
        }
    }

    @Test
    void whatHasFailedIsOneAsWell() throws IOException {
        String other = TlsIdentity.selfSigned("localhost").fingerprint();
        List<RecordedEvent> events = connect(TlsTrust.ofFingerprint(other));
        assertThat(events).hasSize(2);
        for (RecordedEvent event : events) {
            assertThat(event.getString("protocol")).isEmpty();
            assertThat(event.getString("error"))
                    .contains(event.getBoolean("isClient") ? "FINGERPRINT" : "ERR_TLS_HANDSHAKE");
        }
    }
}
