package dev.millrace.conformance.tls;

import dev.millrace.http.HttpFixture;
import dev.millrace.http.HttpServerOptions;
import dev.millrace.http.ServerRequest;
import dev.millrace.http.ServerResponse;
import dev.millrace.tls.TestCertificates;
import dev.millrace.tls.TlsSession;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Base64;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;

/**
 * A headless browser: one page, whose script asks again and again. Each response ends its
 * connection, so each request is a handshake.
 */
final class Chromium {
    private static final int DEADLINE_MINUTES = 4;

    private static final String PAGE =
            """
            <!doctype html><title>handshakes</title><script>
            (async () => {
              let asked = 0, failed = 0;
              const ask = async () => {
                while (asked < COUNT) {
                  const number = asked++;
                  try {
                    const response = await fetch('/hello?' + number, {cache: 'no-store'});
                    if (await response.text() !== 'HELLO') failed++;
                  } catch (error) { failed++; }
                }
              };
              await Promise.all([ask(), ask(), ask(), ask()]);
              await fetch('/told?failed=' + failed);
            })();
            </script>
            """;

    private final int count;
    private final AtomicInteger resumed = new AtomicInteger();
    private final CompletableFuture<String> told = new CompletableFuture<>();

    private Chromium(int count) {
        this.count = count;
    }

    static Optional<Path> program() {
        return Stream.of("chromium-headless-shell", "chromium", "chromium-browser")
                .flatMap(name -> Stage.program(name).stream())
                .findFirst();
    }

    static Tally play(Stage stage, int count) throws IOException {
        Chromium one = new Chromium(count);
        HttpServerOptions options = HttpServerOptions.DEFAULTS.withTls(TestCertificates.server());
        try (HttpFixture server = HttpFixture.serve(options, one::answer)) {
            return one.browse(stage, server);
        }
    }

    private void answer(ServerRequest request, ServerResponse response) {
        if (request.socket().tls().session().map(TlsSession::isResumed).orElse(false)) {
            resumed.incrementAndGet();
        }
        response.header("Connection", "close");
        switch (request.path()) {
            case "/" -> {
                response.header("Content-Type", "text/html");
                response.end(
                        PAGE.replace("COUNT", Integer.toString(count))
                                .replace("HELLO", Stage.HELLO));
            }
            case "/told" -> {
                told.complete(request.query("failed").orElse("nothing"));
                response.end();
            }
            default -> response.end(Stage.HELLO);
        }
    }

    private Tally browse(Stage stage, HttpFixture server) throws IOException {
        Path log = stage.folder.resolve("chromium.log");
        Process browser =
                new ProcessBuilder(
                                program().orElseThrow().toString(),
                                "--headless",
                                "--no-sandbox",
                                "--disable-gpu",
                                "--disable-dev-shm-usage",
                                "--remote-debugging-port=0",
                                "--user-data-dir=" + stage.folder.resolve("chromium"),
                                "--ignore-certificate-errors-spki-list=" + key(),
                                "https://localhost:" + server.port() + "/")
                        .redirectErrorStream(true)
                        .redirectOutput(log.toFile())
                        .start();
        Tally tally = new Tally();
        try {
            int failed = Integer.parseInt(told.get(DEADLINE_MINUTES, TimeUnit.MINUTES));
            tally.failed(failed, failed + " fetches failed in the page");
            tally.done((int) server.requestCount() - failed);
            tally.failed((int) server.droppedCount(), "the server dropped connections");
        } catch (ExecutionException | TimeoutException e) {
            tally.failed(count, "no word of the page: " + Files.readString(log));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            browser.descendants().forEach(ProcessHandle::destroyForcibly);
            browser.destroyForcibly().onExit().join();
        }
        return tally.how("one page, a connection for each fetch, " + resumed + " resumed");
    }

    /** SHA-256 of the server's key, by which the browser trusts it. */
    private static String key() {
        try {
            byte[] key = TestCertificates.LOCALHOST.certificate().getPublicKey().getEncoded();
            return Base64.getEncoder()
                    .encodeToString(MessageDigest.getInstance("SHA-256").digest(key));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }
}
