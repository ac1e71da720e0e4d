package dev.millrace.net;

import dev.millrace.tls.TestCertificates;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import javax.net.ssl.SSLSocket;

/** A client of the JDK's own, in which millrace has no part. */
final class ForeignTls {
    private ForeignTls() {}

    /** What comes back up to the end, after {@code text} and our end. */
    static String exchange(int port, String text) throws IOException {
        try (SSLSocket socket =
                (SSLSocket)
                        TestCertificates.foreign()
                                .getSocketFactory()
                                .createSocket("127.0.0.1", port)) {
            socket.getOutputStream().write(text.getBytes(StandardCharsets.UTF_8));
            socket.shutdownOutput();
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}
