package dev.millrace.conformance.tls;

import dev.millrace.conformance.ServerProcess;
import dev.millrace.http.HttpFixture;
import dev.millrace.http.HttpServerOptions;
import dev.millrace.testing.Kernel;
import dev.millrace.tls.ClientCertificates;
import dev.millrace.tls.TestCertificates;
import dev.millrace.tls.TlsOptions;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The certificates, and the servers of both kinds, each started by the first that needs it. */
final class Stage implements AutoCloseable {
    /** What every server of http says. */
    static final String HELLO = "hello from millrace";

    private static final int RUN_MAX_MINUTES = 5;
    private static final List<String> FOLDERS = List.of("/usr/bin", "/usr/sbin", "/usr/local/bin");

    final Path folder;
    final Credentials credentials;
    private final Deque<AutoCloseable> open = new ArrayDeque<>();
    private @Nullable ServerProcess serve;
    private @Nullable ServerProcess echo;
    private @Nullable HttpFixture mutual;

    Stage(Path folder) throws IOException {
        this.folder = folder;
        credentials = Credentials.in(folder);
    }

    /** Where a program is; empty if it is not on this machine. */
    static Optional<Path> program(String name) {
        return Stream.concat(
                        FOLDERS.stream(),
                        Stream.of(System.getenv().getOrDefault("PATH", "").split(":")))
                .map(place -> Path.of(place, name))
                .filter(Files::isExecutable)
                .findFirst();
    }

    /** {@code millrace serve}, whose page is {@link #HELLO}. */
    synchronized int serve() throws IOException {
        if (serve == null) {
            Path site = Files.createDirectory(folder.resolve("site"));
            Files.writeString(site.resolve("index.html"), HELLO);
            serve = cli("serve", site.toString());
        }
        return serve.port();
    }

    /** {@code millrace echo}. */
    synchronized int echo() throws IOException {
        if (echo == null) {
            echo = cli("echo");
        }
        return echo.port();
    }

    private ServerProcess cli(String... words) throws IOException {
        List<String> all =
                Stream.concat(
                                Stream.of(words),
                                Stream.of(
                                        "--port=0",
                                        "--tls-cert=" + credentials.server(),
                                        "--tls-key=" + credentials.serverKey()))
                        .toList();
        return keep(ServerProcess.cli(all.toArray(String[]::new)));
    }

    /** A server that needs its clients' certificates, and greets them by name. */
    synchronized int mutual() {
        if (mutual == null) {
            TlsOptions tls =
                    TestCertificates.server()
                            .withTrust(TestCertificates.AUTHORITY.trust())
                            .withClientCertificates(ClientCertificates.NEEDED);
            mutual =
                    keep(
                            HttpFixture.serve(
                                    HttpServerOptions.DEFAULTS.withTls(tls),
                                    (request, response) -> response.end(HELLO)));
        }
        return mutual.port();
    }

    /** Closed with the stage. */
    <T extends AutoCloseable> T keep(T one) {
        open.push(one);
        return one;
    }

    /** A server of others, once it takes connections at {@code port}. */
    int start(int port, List<String> command) throws IOException {
        Process process =
                new ProcessBuilder(command)
                        .redirectErrorStream(true)
                        .redirectOutput(log(command).toFile())
                        .start();
        keep(() -> process.destroyForcibly().waitFor());
        Kernel.await(command.getFirst() + " to listen", () -> isOpen(port));
        return port;
    }

    private Path log(List<String> command) {
        return folder.resolve(Path.of(command.getFirst()).getFileName() + ".log");
    }

    private static boolean isOpen(int port) {
        try (Socket tried = new Socket(InetAddress.getByName("127.0.0.1"), port)) {
            return tried.isConnected();
        } catch (IOException e) {
            return false;
        }
    }

    static int freePort() throws IOException {
        try (ServerSocket one = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
            return one.getLocalPort();
        }
    }

    /** What a program prints, whose standard input is a file. */
    static String run(Path input, List<String> command) {
        try {
            Process process =
                    new ProcessBuilder(command)
                            .redirectErrorStream(true)
                            .redirectInput(input.toFile())
                            .start();
            byte[] text = process.getInputStream().readAllBytes();
            if (!process.waitFor(RUN_MAX_MINUTES, TimeUnit.MINUTES)) {
                process.destroyForcibly();
            }
            return new String(text, StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    /** As above, for one that reads nothing. */
    static String run(List<String> command) {
        return run(Path.of("/dev/null"), command);
    }

    @Override
    public void close() throws Exception {
        while (!open.isEmpty()) {
            open.pop().close();
        }
    }
}
