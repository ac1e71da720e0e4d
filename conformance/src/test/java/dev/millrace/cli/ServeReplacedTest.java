package dev.millrace.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Names that get other files while they are served: each answer is of one file. */
class ServeReplacedTest {
    private static final int ANSWERS = 300;

    /** Runs {@code change} again and again beside a test, and tells of its failure. */
    private static final class Changing implements AutoCloseable {
        private final AtomicBoolean isOver = new AtomicBoolean();
        private final AtomicReference<Throwable> failure = new AtomicReference<>();
        private final Thread thread;

        interface Change {
            void make(int number) throws IOException;
        }

        Changing(Change change) {
            thread =
                    Thread.ofPlatform()
                            .start(() -> {
                                try {
                                    for (int number = 0; !isOver.get(); number++) {
                                        change.make(number);
                                    }
                                } catch (IOException | RuntimeException e) {
                                    failure.set(e);
                                }
                            });
        }

        @Override
        public void close() {
            isOver.set(true);
            try {
                thread.join();
            } catch (InterruptedException e) {
                throw new AssertionError(e);
            }
            assertThat(failure.get()).isNull();
        }
    }

    @Test
    void lengthTagAndBytesAreOfOneFile(@TempDir Path folder) throws IOException {
        Path site = Files.createDirectory(folder.resolve("site"));
        Path file = Files.writeString(site.resolve("f"), "a".repeat(1000));
        Map<String, String> bytesOf = new ConcurrentHashMap<>();
        try (Launched server = Launched.start("serve", "" + site, "--port=0").listening();
                Peer peer = Peer.of(server);
                Changing _ =
                        new Changing(number -> {
                            char c = (char) ('a' + number % 26);
                            String text = ("" + c).repeat(1000 + number % 26);
                            Path next = Files.writeString(folder.resolve("next"), text);
                            Files.move(next, file, StandardCopyOption.ATOMIC_MOVE);
                        })) {
            for (int count = 0; count < ANSWERS; count++) {
                String range = count % 3 == 0 ? "bytes=10-" : "bytes=0-";
                Peer.Answer answer = peer.ask("GET /f", "Range: " + range);
                assertThat(answer.status()).isEqualTo(206);
                String text = answer.text();
                char c = text.charAt(0);
                int whole = 1000 + c - 'a';
                assertThat(text).isEqualTo(("" + c).repeat(whole - (count % 3 == 0 ? 10 : 0)));
                assertThat(answer.field("content-range")).endsWith("/" + whole);
                String before = bytesOf.putIfAbsent(answer.field("etag"), "" + c);
                assertThat(before).as("the bytes under one tag").isIn(null, "" + c);
            }
        }
    }

    /** A link that is swapped between a look and an opening must lead nowhere. */
    @Test
    void aLinkThatIsSwappedDoesNotLeadOut(@TempDir Path folder) throws IOException {
        Path site = Files.createDirectory(folder.resolve("site"));
        Files.createDirectories(site.resolve("mine"));
        Files.writeString(site.resolve("mine/f"), "mine");
        Files.createDirectories(folder.resolve("other"));
        Files.writeString(folder.resolve("other/f"), "secret");
        Files.writeString(folder.resolve("other/secret"), "secret");
        Path link = site.resolve("link");
        Files.createSymbolicLink(link, site.resolve("mine"));
        try (Launched server = Launched.start("serve", "" + site, "--port=0").listening();
                Peer peer = Peer.of(server);
                Changing _ =
                        new Changing(number -> {
                            Path target =
                                    number % 2 == 0
                                            ? folder.resolve("other")
                                            : site.resolve("mine");
                            Path next = folder.resolve("next");
                            Files.createSymbolicLink(next, target);
                            Files.move(next, link, StandardCopyOption.ATOMIC_MOVE);
                        })) {
            for (int count = 0; count < ANSWERS; count++) {
                Peer.Answer file = peer.ask("GET /link/f");
                assertThat(file.text()).isIn("mine", "404 Not Found\n");
                Peer.Answer listing = peer.ask("GET /link/");
                assertThat(listing.text()).doesNotContain("secret");
            }
        }
    }

    @Test
    void aFileThatIsNoUtf8IsServedInAnyLocale(@TempDir Path folder) throws IOException {
        Files.writeString(folder.resolve("plain"), "plain");
        // Bytes that this JVM can't name by text.
        run(folder, "touch \"$(printf 'caf\\351')\"; mkdir \"$(printf '\\303\\274')\"");
        run(folder, "printf bytes > \"$(printf '\\303\\274')/$(printf '\\377').txt\"");
        for (String locale : new String[] {"C", "C.UTF-8", "xx_XX.UTF-8"}) {
            Map<String, String> variables = Map.of("LC_ALL", locale);
            try (Launched server = Launched.start(variables, "serve", "" + folder, "--port=0");
                    Peer peer = Peer.of(server.listening())) {
                assertThat(peer.ask("GET /caf%E9").status()).as(locale).isEqualTo(200);
                Peer.Answer file = peer.ask("GET /%C3%BC/%FF.txt");
                assertThat(file.text()).as(locale).isEqualTo("bytes");
                assertThat(file.field("content-type")).startsWith("text/plain");
                assertThat(peer.ask("GET /%C3%BC").field("location")).isEqualTo("/%C3%BC/");
                assertThat(peer.ask("GET /").text())
                        .contains("<a href=\"./caf%E9\">", "<a href=\"./%C3%BC/\">ü/</a>");
                assertThat(peer.ask("GET /%C3%BC/").text()).contains("<a href=\"./%FF.txt\">");
            }
        }
    }

    private static void run(Path folder, String script) throws IOException {
        try {
            int status =
                    new ProcessBuilder("sh", "-c", script)
                            .directory(folder.toFile())
                            .start()
                            .waitFor();
            assertThat(status).isZero();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }
}
