package dev.millrace.cli;

import java.security.NoSuchAlgorithmException;
import java.security.Provider;
import java.util.Arrays;
import javax.net.ssl.SSLContext;

/** Which engine speaks TLS, and whether it has a known fault. */
final class TlsEngine {
    /** The first release with the fix. */
    private static final Runtime.Version FIXED = Runtime.Version.parse("25.0.3");

    private TlsEngine() {}

    static String text() {
        try {
            SSLContext context = SSLContext.getDefault();
            Provider provider = context.getProvider();
            String versions =
                    String.join(
                            " and ",
                            Arrays.stream(context.getDefaultSSLParameters().getProtocols())
                                    .sorted()
                                    .toList());
            return "the JDK's, %s %s, %s, %s"
                    .formatted(
                            provider.getName(),
                            provider.getVersionStr(),
                            versions,
                            fault(Runtime.version()));
        } catch (NoSuchAlgorithmException e) {
            return "none: " + Console.oneLine(e);
        }
    }

    /** AES-GCM on processors with AVX2 or AVX-512 fails for some sizes of records. */
    static String fault(Runtime.Version version) {
        return version.compareToIgnoreOptional(FIXED) >= 0
                ? "with the fix of JDK-8371864"
                : "without the fix of JDK-8371864, records may fail; use Java " + FIXED;
    }
}
