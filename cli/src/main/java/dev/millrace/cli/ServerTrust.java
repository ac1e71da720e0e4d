package dev.millrace.cli;

import dev.millrace.tls.TlsOptions;
import dev.millrace.tls.TlsTrust;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.stream.Stream;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.X509ExtendedTrustManager;

/** The options that say which servers a command trusts that is a client of TLS. */
final class ServerTrust {
    private static final String CACERT = "--cacert";
    private static final String FINGERPRINT = "--fingerprint";

    /** Too long to be typed by habit, and without a letter. */
    private static final String INSECURE = "--insecure-trust-any-server";

    private ServerTrust() {}

    static List<Option> options() {
        return List.of(
                new Option(
                        CACERT, "FILE", "authorities to trust, in PEM, in place of the system's"),
                new Option(
                        FINGERPRINT, "SHA256", "trust this certificate alone, whatever its name"),
                Option.flag("", INSECURE, "verify nothing: anyone can read and change it"));
    }

    /** Whether one of them is there. */
    static boolean isGiven(Arguments arguments) {
        return Stream.of(CACERT, FINGERPRINT, INSECURE).anyMatch(arguments::has);
    }

    /**
     * @throws UsageError if they do not fit together
     * @throws Failure if the file is not what it should be
     */
    static TlsOptions read(Arguments arguments) {
        List<String> given =
                Stream.of(CACERT, FINGERPRINT, INSECURE).filter(arguments::has).toList();
        if (given.size() > 1) {
            throw new UsageError(String.join(" and ", given) + " exclude each other; use one");
        }
        if (arguments.has(INSECURE)) {
            Console.complain(
                    "the server is not verified ("
                            + INSECURE
                            + "): anyone between can read and change what is sent");
            return TlsOptions.DEFAULTS.withTrust(TlsTrust.ofTrustManager(new NoCheck()));
        }
        TlsTrust trust =
                arguments
                        .value(FINGERPRINT, TlsTrust::ofFingerprint)
                        .or(() -> arguments.text(CACERT).map(ServerTrust::authorities))
                        .orElse(TlsTrust.SYSTEM);
        return TlsOptions.DEFAULTS.withTrust(trust);
    }

    private static TlsTrust authorities(String name) {
        try {
            return TlsTrust.ofPem(Path.of(name));
        } catch (InvalidPathException e) {
            throw new UsageError(CACERT + " " + name + ": " + e.getReason());
        } catch (UncheckedIOException e) {
            throw new Failure("can't read " + CACERT + " " + ServerTls.reason(e), e);
        } catch (IllegalArgumentException e) {
            throw new Failure(CACERT + " " + Console.oneLine(e), e);
        }
    }

    /** Lets every server pass. */
    private static final class NoCheck extends X509ExtendedTrustManager {
        @Override
        public void checkServerTrusted(X509Certificate[] chain, String kind, SSLEngine engine) {}

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String kind, Socket socket) {}

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String kind) {}

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String kind, SSLEngine engine) {}

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String kind, Socket socket) {}

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String kind) {}

        @Override
        public X509Certificate[] getAcceptedIssuers() {
            return new X509Certificate[0];
        }
    }
}
