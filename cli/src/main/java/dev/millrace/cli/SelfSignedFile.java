package dev.millrace.cli;

import dev.millrace.cluster.Cluster;
import dev.millrace.kernel.IpAddress;
import dev.millrace.tls.TlsIdentity;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * The certificate of {@code --tls self-signed}: made at the first start, kept for the next ones, so
 * that a client has to trust it once. It is replaced in its last month.
 */
final class SelfSignedFile {
    private static final List<String> OWN = List.of("localhost", "127.0.0.1", "::1");
    private static final Duration REPLACED_BEFORE_END = Duration.ofDays(30);

    private final Path file;
    private final List<String> names;

    private SelfSignedFile(Path file, List<String> names) {
        this.file = file;
        this.names = names;
    }

    /** For {@code host}, if it is another one than this machine's own names. */
    static SelfSignedFile of(String host, Map<String, String> environment) {
        String name = host.toLowerCase(Locale.ROOT);
        if (isOwn(name)) {
            return new SelfSignedFile(folder(environment).resolve("localhost.pem"), OWN);
        }
        List<String> names = new ArrayList<>(List.of(name));
        names.addAll(OWN);
        String plain = name.replaceAll("[^a-z0-9.-]", "_");
        return new SelfSignedFile(folder(environment).resolve("host-" + plain + ".pem"), names);
    }

    private static boolean isOwn(String host) {
        try {
            InetAddress literal = IpAddress.of(host, 0).host();
            return literal.isAnyLocalAddress() || OWN.contains(host);
        } catch (IllegalArgumentException e) {
            return OWN.contains(host);
        }
    }

    /** XDG's place for what a program keeps. */
    private static Path folder(Map<String, String> environment) {
        String given = environment.getOrDefault("XDG_STATE_HOME", "");
        Path state =
                Path.of(given).isAbsolute()
                        ? Path.of(given)
                        : Path.of(System.getProperty("user.home"), ".local", "state");
        return state.resolve("millrace");
    }

    /**
     * Reads it, and makes it before if it is not there, or ends soon.
     *
     * @throws Failure if it can't be read or written
     */
    TlsIdentity identity() {
        try {
            if (!Files.exists(file) || endsSoon(TlsIdentity.ofPem(file, file))) {
                makeFolder();
                TlsIdentity.selfSigned(names.toArray(String[]::new)).writePem(file);
            }
            // Of several processes that begin at once the last one's counts for all.
            return TlsIdentity.ofPem(file, file);
        } catch (IllegalArgumentException e) {
            throw new Failure(
                    Console.oneLine(e) + "; remove it, and the next start makes another", e);
        } catch (UncheckedIOException e) {
            throw cannot(e.getCause());
        } catch (IOException e) {
            throw cannot(e);
        }
    }

    private static boolean endsSoon(TlsIdentity identity) {
        Instant end = identity.chain().getFirst().getNotAfter().toInstant();
        return Instant.now().isAfter(end.minus(REPLACED_BEFORE_END));
    }

    private void makeFolder() throws IOException {
        Path folder = file.getParent();
        if (Files.isDirectory(folder)) {
            return;
        }
        try {
            Files.createDirectories(
                    folder,
                    PosixFilePermissions.asFileAttribute(
                            PosixFilePermissions.fromString("rwx------")));
        } catch (UnsupportedOperationException e) {
            Files.createDirectories(folder);
        }
    }

    private Failure cannot(IOException e) {
        String why =
                e instanceof FileSystemException known && known.getReason() != null
                        ? known.getReason()
                        : Console.oneLine(e);
        return new Failure(
                "can't keep a certificate in "
                        + file
                        + ": "
                        + why
                        + "; name another folder in XDG_STATE_HOME, or use "
                        + ServerTls.CERTIFICATE,
                e);
    }

    /** Once for all workers. */
    void announce(TlsIdentity identity) {
        if (Cluster.isPrimary()) {
            Console.complain(
                    "self-signed certificate "
                            + file
                            + ", SHA-256 "
                            + identity.fingerprint()
                            + "; get --cacert FILE or --fingerprint SHA256 trusts it");
        }
    }
}
