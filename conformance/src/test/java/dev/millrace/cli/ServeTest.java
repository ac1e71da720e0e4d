package dev.millrace.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code millrace serve}: what is found, what is not, and what a client may ask of a file. */
class ServeTest {
    private static final String TEXT = "0123456789";

    @TempDir private static Path folder;
    private static Launched server;

    @BeforeAll
    static void start() throws IOException, InterruptedException {
        Path site = Files.createDirectories(folder.resolve("site"));
        Files.writeString(folder.resolve("secret"), "secret");
        Files.createDirectories(folder.resolve("site-too"));
        Files.writeString(folder.resolve("site-too/secret"), "secret");
        Files.writeString(site.resolve("a.txt"), TEXT);
        Files.writeString(site.resolve("ü b#c?.svg"), "<svg/>");
        Files.writeString(site.resolve("empty.bin"), "");
        Files.writeString(site.resolve(".hidden"), "secret");
        Files.createDirectories(site.resolve("pages/deep"));
        Files.writeString(site.resolve("pages/index.html"), "<p>index</p>");
        Files.writeString(site.resolve("pages/deep/<b>&\"'.txt"), "");
        Files.createDirectories(site.resolve(".well-known"));
        Files.writeString(site.resolve(".well-known/x"), "well known");
        Files.createSymbolicLink(site.resolve("inside"), Path.of("a.txt"));
        Files.createSymbolicLink(site.resolve("outside"), Path.of("../secret"));
        Files.createSymbolicLink(site.resolve("outside-folder"), Path.of("../site-too"));
        Files.createSymbolicLink(site.resolve("circle"), Path.of("circle"));
        new ProcessBuilder("mkfifo", site.resolve("fifo").toString()).start().waitFor();
        server = Launched.start("serve", site.toString(), "--port", "0").listening();
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    private static Peer.Answer ask(String line, String... fields) throws IOException {
        try (Peer peer = Peer.of(server)) {
            return peer.ask(line, fields);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "/a.txt,text/plain; charset=utf-8,0123456789",
        "//a.txt,text/plain; charset=utf-8,0123456789",
        "/a.txt?query,text/plain; charset=utf-8,0123456789",
        "/inside,text/plain; charset=utf-8,0123456789",
        "/%C3%BC%20b%23c%3F.svg,image/svg+xml,<svg/>",
        "/empty.bin,application/octet-stream,''",
        "/pages/,text/html; charset=utf-8,<p>index</p>",
        "/.well-known/x,text/plain; charset=utf-8,well known",
    })
    void files(String target, String type, String text) throws IOException {
        Peer.Answer answer = ask("GET " + target);
        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.field("content-type")).isEqualTo(type);
        assertThat(answer.text()).isEqualTo(text);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/../secret",
                "/%2e%2e/secret",
                "/..%2Fsecret",
                "/pages/..%2f..%2Fsecret",
                "/pages/../../secret",
                "/../site-too/secret",
                "/outside",
                "/outside-folder/secret",
                "/outside-folder/",
                "/circle",
                "/fifo",
                "/.hidden",
                "/a.txt/",
                "/a.txt/x",
                "/none",
                "/./a.txt",
                "/%ff",
            })
    void whatIsNotThere(String target) throws IOException {
        Peer.Answer answer = ask("GET " + target);
        assertThat(answer.status()).isEqualTo(404);
        assertThat(answer.text()).doesNotContain("secret");
    }

    @ParameterizedTest
    @ValueSource(strings = {"/%00", "/a.txt%00", "/%", "/%zz"})
    void whatNamesNothing(String target) throws IOException {
        assertThat(ask("GET " + target).status()).isEqualTo(400);
    }

    @Test
    void aNameLongerThanAnyFileIsNotThere() throws IOException {
        assertThat(ask("GET /" + "x".repeat(4000)).status()).isEqualTo(404);
    }

    @Test
    void aFolderWithoutItsSlashMoves() throws IOException {
        Peer.Answer answer = ask("GET //pages?q=1");
        assertThat(answer.status()).isEqualTo(301);
        assertThat(answer.field("location")).isEqualTo("/pages/?q=1");
    }

    @Test
    void aListingEscapesNames() throws IOException {
        assertThat(ask("GET /pages/deep/").text())
                .contains("<h1>/pages/deep/</h1>", "<a href=\"../\">")
                .contains(
                        "<a href=\"./%3Cb%3E&amp;%22&#39;.txt\">&lt;b&gt;&amp;&quot;&#39;.txt</a>")
                .doesNotContain("<b>");
        assertThat(ask("GET /").text())
                .contains("<a href=\"./%C3%BC%20b%23c%3F.svg\">", "<a href=\"./pages/\">pages/</a>")
                .doesNotContain(".hidden", "href=\"../\"", "href=\"./fifo", "href=\"./circle");
    }

    @ParameterizedTest
    @CsvSource({
        "POST,405,'GET, HEAD, OPTIONS'",
        "DELETE,405,'GET, HEAD, OPTIONS'",
        "OPTIONS,204,'GET, HEAD, OPTIONS'",
        "BREW,501,''",
    })
    void otherMethods(String method, int status, String allowed) throws IOException {
        Peer.Answer answer = ask(method + " /a.txt");
        assertThat(answer.status()).isEqualTo(status);
        assertThat(answer.field("allow")).isEqualTo(allowed);
    }

    @Test
    void headTellsWhatGetWouldHaveTold() throws IOException {
        try (Peer peer = Peer.of(server)) {
            Peer.Answer head = peer.ask("HEAD /a.txt", "Range: bytes=1-2");
            Peer.Answer get = peer.ask("GET /a.txt");
            assertThat(head.status()).isEqualTo(200);
            assertThat(head.field("content-length")).isEqualTo("10");
            assertThat(head.fields().keySet()).isEqualTo(get.fields().keySet());
        }
    }

    @ParameterizedTest
    @CsvSource({
        "bytes=0-0,206,0,bytes 0-0/10",
        "bytes=3-5,206,345,bytes 3-5/10",
        "bytes=8-99,206,89,bytes 8-9/10",
        "bytes=7-,206,789,bytes 7-9/10",
        "bytes=-3,206,789,bytes 7-9/10",
        "bytes=-99,206,0123456789,bytes 0-9/10",
        "bytes=10-,416,'416 Range Not Satisfiable\n',bytes */10",
        "bytes=-0,416,'416 Range Not Satisfiable\n',bytes */10",
        "'bytes=0-1,3-4',206,01234,bytes 0-4/10",
        "'bytes=0-1,4-3',200,0123456789,''",
        "bytes=5-3,200,0123456789,''",
        "bytes=a-b,200,0123456789,''",
        "lines=1-2,200,0123456789,''",
    })
    void ranges(String range, int status, String text, String contentRange) throws IOException {
        Peer.Answer answer = ask("GET /a.txt", "Range: " + range);
        assertThat(answer.status()).isEqualTo(status);
        assertThat(answer.text()).isEqualTo(text);
        assertThat(answer.field("content-range")).isEqualTo(contentRange);
    }

    @Test
    void conditions() throws IOException {
        Peer.Answer whole = ask("GET /a.txt");
        String tag = whole.field("etag");
        String date = whole.field("last-modified");
        assertThat(tag).matches("\"[0-9a-f]+-[0-9a-f]+\"");
        expect(304, "If-None-Match: " + tag);
        expect(304, "If-None-Match: \"x\", W/" + tag);
        expect(304, "If-None-Match: *");
        expect(200, "If-None-Match: \"x\"");
        expect(304, "If-Modified-Since: " + date);
        expect(200, "If-Modified-Since: Sun, 06 Nov 1994 08:49:37 GMT");
        expect(200, "If-Modified-Since: whenever");
        expect(200, "If-None-Match: \"x\"", "If-Modified-Since: " + date);
        expect(200, "If-Match: " + tag);
        expect(412, "If-Match: W/" + tag);
        expect(412, "If-Match: \"x\"");
        expect(412, "If-Unmodified-Since: Sun, 06 Nov 1994 08:49:37 GMT");
        expect(206, "Range: bytes=1-2", "If-Range: " + tag);
        expect(200, "Range: bytes=1-2", "If-Range: \"x\"");
        expect(200, "Range: bytes=1-2", "If-Range: Sun, 06 Nov 1994 08:49:37 GMT");
        expect(304, "Range: bytes=1-2", "If-None-Match: " + tag);
    }

    private static void expect(int status, String... fields) throws IOException {
        Peer.Answer answer = ask("GET /a.txt", fields);
        assertThat(answer.status()).as(String.join(", ", fields)).isEqualTo(status);
        if (status == 304) {
            assertThat(answer.field("etag")).isNotEmpty();
        }
    }
}
