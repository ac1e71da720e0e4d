package dev.millrace.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What {@code millrace serve} can be told. */
class ServeOptionsTest {
    private static final String TEXT = "many words ".repeat(1000);

    @TempDir private Path folder;
    private Path site;

    @BeforeEach
    void fill() throws IOException {
        site = Files.createDirectory(folder.resolve("site"));
        Files.writeString(site.resolve("index.html"), "<p>index");
        Files.writeString(site.resolve("a.txt"), TEXT);
        Files.createDirectory(site.resolve("empty"));
    }

    private Launched serve(String... options) {
        String[] words = new String[options.length + 3];
        words[0] = "serve";
        words[1] = site.toString();
        words[2] = "--port=0";
        System.arraycopy(options, 0, words, 3, options.length);
        return Launched.start(words).listening();
    }

    @Test
    void filesAreCachedAsLongAsIsSaid() throws IOException {
        try (Launched server = serve("--cache", "90");
                Peer peer = Peer.of(server)) {
            Peer.Answer file = peer.ask("GET /a.txt");
            assertThat(file.field("cache-control")).isEqualTo("max-age=90");
            assertThat(peer.ask("GET /a.txt", "If-None-Match: *").field("cache-control"))
                    .isEqualTo("max-age=90");
            assertThat(peer.ask("GET /none").fields()).doesNotContainKey("cache-control");
        }
    }

    @Test
    void aProgramInTheBrowserMakesItsOwnPaths() throws IOException {
        try (Launched server = serve("--spa");
                Peer peer = Peer.of(server)) {
            for (String path : new String[] {"/", "/made/up", "/empty/", "/.git/config"}) {
                Peer.Answer page = peer.ask("GET " + path);
                assertThat(page.status()).as(path).isEqualTo(200);
                assertThat(page.text()).as(path).isEqualTo("<p>index");
            }
            assertThat(peer.ask("GET /a.txt").text()).isEqualTo(TEXT);
        }
    }

    @Test
    void aPageForWhatIsNotFound() throws IOException {
        Files.writeString(site.resolve("404.html"), "<p>gone");
        Files.writeString(site.resolve("other.html"), "<p>other");
        try (Launched server = serve();
                Peer peer = Peer.of(server)) {
            Peer.Answer page = peer.ask("GET /none", "Range: bytes=0-1", "If-None-Match: *");
            assertThat(page.status()).isEqualTo(404);
            assertThat(page.text()).isEqualTo("<p>gone");
            assertThat(page.field("content-type")).isEqualTo("text/html; charset=utf-8");
            assertThat(page.fields()).doesNotContainKeys("etag", "last-modified");
        }
        try (Launched server = serve("--not-found", "other.html");
                Peer peer = Peer.of(server)) {
            assertThat(peer.ask("GET /none").text()).isEqualTo("<p>other");
        }
    }

    @Test
    void textIsCompressedUnlessThatIsRefused() throws IOException {
        String accept = "Accept-Encoding: gzip, br";
        try (Launched server = serve();
                Peer peer = Peer.of(server)) {
            peer.send("GET /a.txt HTTP/1.0\r\n" + accept + "\r\n\r\n");
            assertThat(peer.head().field("content-encoding")).isEqualTo("gzip");
            byte[] body = peer.in().readAllBytes();
            assertThat(new GZIPInputStream(new ByteArrayInputStream(body)).readAllBytes())
                    .isEqualTo(TEXT.getBytes());
        }
        try (Launched server = serve("--no-gzip");
                Peer peer = Peer.of(server)) {
            assertThat(peer.ask("GET /a.txt", accept).text()).isEqualTo(TEXT);
        }
    }

    @Test
    void whatIsCompressedAlreadyIsSentInItsPlace() throws IOException {
        Files.writeString(site.resolve("a.txt.gz"), "gzipped");
        Files.writeString(site.resolve("a.txt.br"), "brotli");
        Files.createSymbolicLink(
                site.resolve("b.txt.gz"), Files.writeString(folder.resolve("secret"), "secret"));
        Files.writeString(site.resolve("b.txt"), "b");
        try (Launched server = serve();
                Peer peer = Peer.of(server)) {
            Peer.Answer plain = peer.ask("GET /a.txt");
            Peer.Answer brotli = peer.ask("GET /a.txt", "Accept-Encoding: gzip, br");
            assertThat(brotli.text()).isEqualTo("brotli");
            assertThat(brotli.field("content-encoding")).isEqualTo("br");
            assertThat(brotli.field("content-type")).isEqualTo("text/plain; charset=utf-8");
            assertThat(brotli.field("vary")).isEqualTo("Accept-Encoding");
            assertThat(brotli.field("etag")).isNotEqualTo(plain.field("etag"));
            assertThat(peer.ask("GET /a.txt", "Accept-Encoding: gzip, br;q=0.1").text())
                    .isEqualTo("gzipped");
            assertThat(peer.ask("GET /a.txt", "Accept-Encoding: br", "Range: bytes=1-2").text())
                    .isEqualTo("ro");
            assertThat(peer.ask("GET /b.txt", "Accept-Encoding: gzip").text()).isEqualTo("b");
            assertThat(peer.ask("GET /a.txt.gz").text()).isEqualTo("gzipped");
        }
    }

    @Test
    void severalRangesAreSeveralParts() throws IOException {
        try (Launched server = serve();
                Peer peer = Peer.of(server)) {
            Peer.Answer answer = peer.ask("GET /a.txt", "Range: bytes=0-3,5000-5010,-5");
            assertThat(answer.status()).isEqualTo(206);
            String type = answer.field("content-type");
            assertThat(type).startsWith("multipart/byteranges; boundary=");
            String line = "\r\n--" + type.substring(type.indexOf('=') + 1);
            String of = "\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Range: bytes ";
            assertThat(answer.text())
                    .isEqualTo(
                            line
                                    + of
                                    + "0-3/11000\r\n\r\nmany"
                                    + line
                                    + of
                                    + "5000-5010/11000\r\n\r\n"
                                    + TEXT.substring(5000, 5011)
                                    + line
                                    + of
                                    + "10995-10999/11000\r\n\r\n"
                                    + TEXT.substring(10995)
                                    + line
                                    + "--\r\n");
            assertThat(peer.ask("GET /a.txt").text()).as("kept alive").isEqualTo(TEXT);
        }
    }

    @Test
    void requestsAreWrittenDown() throws IOException {
        Path log = folder.resolve("log");
        try (Launched server = serve("--log", log.toString());
                Peer peer = Peer.of(server)) {
            peer.ask("GET /a.txt?x", "User-Agent: \"me\"\t\\", "Referer: /");
            peer.ask("HEAD /none");
            peer.close();
            server.signal("TERM");
            assertThat(server.status()).isZero();
        }
        assertThat(Files.readAllLines(log)).hasSize(2);
        assertThat(Files.readAllLines(log).getFirst())
                .matches(
                        "127\\.0\\.0\\.1 - - \\[.*] \"GET /a\\.txt\\?x HTTP/1\\.1\" 200 11000"
                                + " \"/\" \"\\\\\"me\\\\\"\\\\x09\\\\\\\\\"");
        assertThat(Files.readAllLines(log).getLast())
                .contains("\"HEAD /none HTTP/1.1\" 404 - \"-\"");
    }

    private static void await(Path log, String text) {
        WorkersTest.until("written: " + text, () -> read(log).contains(text));
    }

    private static String read(Path log) {
        try {
            return Files.exists(log) ? Files.readString(log) : "";
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** As logrotate does: the file gets another name, the server a signal, and nothing is asked. */
    @Test
    void aLogThatWasRotatedIsBegunAnewOnSighup() throws IOException {
        Path log = folder.resolve("log");
        Path rotated = folder.resolve("log.1");
        try (Launched server = serve("--log", log.toString());
                Peer peer = Peer.of(server)) {
            peer.ask("GET /a.txt?one");
            await(log, "?one");
            Files.move(log, rotated);
            server.signal("HUP");
            await(log, "");
            peer.ask("GET /a.txt?two");
            peer.close();
            server.signal("TERM");
            assertThat(server.status()).isZero();
        }
        assertThat(Files.readAllLines(rotated)).singleElement().asString().contains("?one");
        assertThat(Files.readAllLines(log)).singleElement().asString().contains("?two");
    }

    @Test
    void wrongOptionsAreNamed() {
        String[][] cases = {
            {"--spa", "--not-found=a.txt", "exclude each other"},
            {"--not-found=none.html", "", "there is no file none.html in the folder"},
            {"--log=/none/log", "", "name a file to append to"},
        };
        for (String[] wrong : cases) {
            try (Launched command =
                    Launched.start(
                            wrong[1].isEmpty()
                                    ? new String[] {"serve", "" + site, wrong[0]}
                                    : new String[] {"serve", "" + site, wrong[0], wrong[1]})) {
                assertThat(command.errors()).contains(wrong[2]).hasLineCount(1);
            }
        }
    }
}
