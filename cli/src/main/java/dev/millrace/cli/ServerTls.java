package dev.millrace.cli;

import dev.millrace.tls.TlsIdentity;
import dev.millrace.tls.TlsOptions;
import java.io.UncheckedIOException;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/** The options by which a server command speaks TLS, and where its certificate comes from. */
final class ServerTls {
    static final String TLS = "--tls";
    static final String CERTIFICATE = "--tls-cert";
    static final String KEY = "--tls-key";
    private static final String SELF_SIGNED = "self-signed";

    private final Supplier<TlsIdentity> source;

    private ServerTls(Supplier<TlsIdentity> source) {
        this.source = source;
    }

    static List<Option> options() {
        return List.of(
                new Option(CERTIFICATE, "FILE", "speak TLS: the certificate and its chain, in PEM"),
                new Option(KEY, "FILE", "its key in PEM (default: in the same file)"),
                new Option(TLS, SELF_SIGNED, "with a certificate made for localhost, and kept"));
    }

    /**
     * What the arguments say of it; empty without TLS. Files are read, and a certificate is made.
     *
     * @param host whom a certificate of our own is for, besides this machine
     * @throws UsageError if the options do not fit together
     * @throws Failure if a file is not what it should be
     */
    static Optional<ServerTls> read(Arguments arguments, String host) {
        Optional<String> certificate = arguments.text(CERTIFICATE);
        Optional<String> kind = arguments.text(TLS);
        if (kind.isPresent() && !kind.get().equals(SELF_SIGNED)) {
            throw new UsageError(
                    TLS
                            + " "
                            + kind.get()
                            + ": use "
                            + SELF_SIGNED
                            + ", or name a certificate with "
                            + CERTIFICATE);
        }
        if (kind.isPresent() && certificate.isPresent()) {
            throw new UsageError(
                    TLS
                            + " "
                            + SELF_SIGNED
                            + " and "
                            + CERTIFICATE
                            + " are two certificates; use one");
        }
        if (certificate.isEmpty() && arguments.has(KEY)) {
            throw new UsageError(
                    KEY + " is the key of a certificate; name that with " + CERTIFICATE);
        }
        if (kind.isPresent()) {
            SelfSignedFile file = SelfSignedFile.of(host, System.getenv());
            file.announce(file.identity());
            return Optional.of(new ServerTls(file::identity));
        }
        return certificate.map(chain -> {
            Path chainFile = path(CERTIFICATE, chain);
            Path keyFile = path(KEY, arguments.text(KEY).orElse(chain));
            ServerTls tls = new ServerTls(() -> identity(chainFile, keyFile));
            tls.source.get();
            return tls;
        });
    }

    private static Path path(String option, String name) {
        try {
            return Path.of(name).toAbsolutePath();
        } catch (InvalidPathException e) {
            throw new UsageError(option + " " + name + ": " + e.getReason());
        }
    }

    private static TlsIdentity identity(Path chain, Path key) {
        try {
            return TlsIdentity.ofPem(chain, key);
        } catch (UncheckedIOException e) {
            throw new Failure("can't read a certificate: " + reason(e), e);
        } catch (IllegalArgumentException e) {
            throw new Failure(Console.oneLine(e), e);
        }
    }

    /** The JDK's message for a file that is not there is its name alone. */
    static String reason(UncheckedIOException thrown) {
        Throwable cause = thrown.getCause();
        String text = Console.oneLine(cause);
        return cause instanceof NoSuchFileException ? text + ": there is no such file" : text;
    }

    /**
     * Reads the certificate, anew each time. Blocks.
     *
     * @throws Failure if it is not what it should be
     */
    TlsOptions load() {
        return TlsOptions.of(source.get());
    }
}
