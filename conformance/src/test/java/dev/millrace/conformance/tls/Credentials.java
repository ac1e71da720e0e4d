package dev.millrace.conformance.tls;

import dev.millrace.tls.TestCertificates;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * An authority, a server for localhost and a client, as files in PEM: what foreign programs take.
 */
record Credentials(
        Path authority,
        Path server,
        Path serverKey,
        Path client,
        Path clientKey,
        TestCertificates.Issued ofClient) {
    static Credentials in(Path folder) throws IOException {
        TestCertificates.Issued client = TestCertificates.issued("me");
        return new Credentials(
                file(folder, "authority.pem", TestCertificates.AUTHORITY.certificatePem()),
                file(folder, "server.pem", TestCertificates.LOCALHOST.certificatePem()),
                file(folder, "server.key", TestCertificates.LOCALHOST.keyPem()),
                file(folder, "client.pem", client.certificatePem()),
                file(folder, "client.key", client.keyPem()),
                client);
    }

    private static Path file(Path folder, String name, String text) throws IOException {
        return Files.writeString(folder.resolve(name), text);
    }
}
