package dev.millrace.tls;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.security.cert.X509Certificate;
import java.time.InstantSource;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Handshakes in memory, between two ends of this process: the first one loads some hundred classes
 * of the JDK, and takes 0.2 s. Once for each kind of key.
 */
final class WarmUp {
    private static final int ROUNDS = 3;
    private static final byte[] WORD = new byte[64];
    private static final Set<String> DONE = ConcurrentHashMap.newKeySet();

    private WarmUp() {}

    /** Blocks; any thread. */
    static void of(TlsOptions options) {
        TlsIdentity identity =
                options.identity().orElseGet(() -> TlsIdentity.selfSigned("localhost"));
        X509Certificate first = identity.chain().getFirst();
        if (DONE.add(first.getPublicKey().getAlgorithm())) {
            shakesHands(identity);
        }
    }

    /** Whether it came to an end. */
    static boolean shakesHands(TlsIdentity identity) {
        Engines servers = new Engines(TlsOptions.of(identity));
        TlsTrust trust = TlsTrust.ofFingerprint(identity.fingerprint());
        Engines clients = new Engines(TlsOptions.DEFAULTS.withTrust(trust));
        try {
            boolean isSecure = true;
            for (int round = 0; round < ROUNDS; round++) {
                End client = new End(clients.ofClient("localhost", 1));
                exchange(new End(servers.ofServer()), client);
                isSecure &= client.records.isSecure();
            }
            return isSecure;
        } catch (IOException e) {
            // What is wrong with the certificate, the first peer says.
            return false;
        }
    }

    private static void exchange(End server, End client) throws IOException {
        server.records.begin(server);
        client.records.begin(client);
        do {
            server.take(client.sent());
            client.take(server.sent());
        } while (server.hasSent() || client.hasSent());
        if (client.records.isSecure()) {
            byte[] to = new byte[client.records.recordMaxBytes()];
            int count = client.records.encrypt(WORD, 0, WORD.length, to).recordBytes();
            server.records.received(to, 0, count, server);
        }
    }

    /** One end; its records wait until the other one takes them. */
    private static final class End implements RecordLayer.Outlet {
        private final RecordLayer records;
        private final ByteArrayOutputStream waiting = new ByteArrayOutputStream();

        End(EngineSource source) {
            source.prepare();
            records = new EngineRecords(source, System::nanoTime, InstantSource.system());
        }

        boolean hasSent() {
            return waiting.size() > 0;
        }

        byte[] sent() {
            byte[] all = waiting.toByteArray();
            waiting.reset();
            return all;
        }

        void take(byte[] bytes) throws IOException {
            records.received(bytes, 0, bytes.length, this);
            for (Runnable due = records.task(); due != null; due = records.task()) {
                due.run();
                records.proceed(this);
            }
        }

        @Override
        public void plain(byte[] array, int offset, int length) {}

        @Override
        public void records(byte[] array, int offset, int length) {
            waiting.write(array, offset, length);
        }
    }
}
