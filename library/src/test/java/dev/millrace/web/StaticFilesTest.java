package dev.millrace.web;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a served folder answers, over HTTP in this process. */
class StaticFilesTest {
    private static final String CHANGED = "Sun, 06 Nov 1994 08:49:37 GMT";

    @TempDir private static Path folder;
    private static ServedSite site;

    @BeforeAll
    static void start() throws Exception {
        Path root = Files.createDirectories(folder.resolve("site"));
        Files.writeString(folder.resolve("secret.html"), "secret");
        Path old = Files.writeString(root.resolve("old.txt"), "0123456789");
        Files.setLastModifiedTime(old, FileTime.from(Instant.parse("1994-11-06T08:49:37.5Z")));
        Files.createFile(root.resolve("empty"));
        Files.writeString(root.resolve("html"), "no page");
        Files.write(root.resolve("binary"), new byte[] {'a', 0, 'b'});
        Files.createDirectories(root.resolve("ü b#?%/deep"));
        Path outside = Files.createDirectories(root.resolve("outside"));
        Files.createSymbolicLink(outside.resolve("index.html"), Path.of("../../secret.html"));
        Files.createSymbolicLink(
                Files.createDirectories(root.resolve("absolute")).resolve("index.html"),
                folder.resolve("secret.html").toAbsolutePath());
        Files.createSymbolicLink(
                Files.createDirectories(root.resolve("inside")).resolve("index.html"),
                Path.of("../old.txt"));
        site = ServedSite.of(root);
    }

    @AfterAll
    static void stop() throws Exception {
        site.close();
    }

    @ParameterizedTest
    @ValueSource(strings = {"/%", "/%zz", "/a%2", "/%00"})
    void aPathThatCantBeDecodedSaysWhy(String path) throws IOException {
        ServedSite.Answer answer = site.ask("GET " + path);
        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.text()).startsWith("400 Bad Request").contains("%XX", "write %25");
    }

    /** All three forms of RFC 9110 section 5.6.7, of the very second, before it and after it. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "If-Modified-Since   | Sun, 06 Nov 1994 08:49:37 GMT  | 304",
                "If-Modified-Since   | Sunday, 06-Nov-94 08:49:37 GMT | 304",
                "If-Modified-Since   | Sun Nov  6 08:49:37 1994       | 304",
                "If-Modified-Since   | Sun, 06 Nov 1994 08:49:36 GMT  | 200",
                "If-Modified-Since   | Sunday, 06-Nov-94 08:49:36 GMT | 200",
                "If-Modified-Since   | Sun Nov  6 08:49:36 1994       | 200",
                "If-Modified-Since   | Monday, 06-Nov-94 08:49:37 GMT | 200",
                "If-Unmodified-Since | Sun, 06 Nov 1994 08:49:37 GMT  | 200",
                "If-Unmodified-Since | Sunday, 06-Nov-94 08:49:37 GMT | 200",
                "If-Unmodified-Since | Sun Nov  6 08:49:37 1994       | 200",
                "If-Unmodified-Since | Sun, 06 Nov 1994 08:49:36 GMT  | 412",
                "If-Unmodified-Since | Sunday, 06-Nov-94 08:49:36 GMT | 412",
                "If-Unmodified-Since | Sun Nov  6 08:49:36 1994       | 412",
                "If-Range            | Sun, 06 Nov 1994 08:49:37 GMT  | 206",
                "If-Range            | Sunday, 06-Nov-94 08:49:37 GMT | 206",
                "If-Range            | Sun Nov  6 08:49:37 1994       | 206",
                "If-Range            | Sun Nov  6 08:49:38 1994       | 200",
                "If-Range            | whenever                       | 200",
            })
    void aConditionMayHaveEachFormOfADate(String field, String date, int status)
            throws IOException {
        String range = field.equals("If-Range") ? "Range: bytes=1-2" : "X: y";
        ServedSite.Answer answer = site.ask("GET /old.txt", field + ": " + date, range);
        assertThat(answer.status()).isEqualTo(status);
        if (status == 200 || status == 304) {
            assertThat(answer.field("Last-Modified")).isEqualTo(CHANGED);
        }
    }

    /** RFC 9110 section 14.1.2: a suffix is satisfiable unless it is 0, a first byte must exist. */
    @ParameterizedTest
    @CsvSource({
        "bytes=-1,200,''",
        "bytes=-99,200,''",
        "bytes=-0,416,bytes */0",
        "bytes=0-,416,bytes */0",
        "bytes=0-0,416,bytes */0",
    })
    void rangesOfAnEmptyFile(String range, int status, String contentRange) throws IOException {
        ServedSite.Answer answer = site.ask("GET /empty", "Range: " + range);
        assertThat(answer.status()).isEqualTo(status);
        assertThat(answer.field("Content-Range")).isEqualTo(contentRange);
        if (status == 200) {
            assertThat(answer.field("Content-Length")).isEqualTo("0");
            assertThat(answer.text()).isEmpty();
        }
    }

    @Test
    void aFileNamedHtmlIsNoPage() throws IOException {
        ServedSite.Answer answer = site.ask("GET /html");
        assertThat(answer.text()).isEqualTo("no page");
        assertThat(answer.field("Content-Type")).isEqualTo("text/plain; charset=utf-8");
        assertThat(answer.field("X-Content-Type-Options")).isEqualTo("nosniff");
        assertThat(site.ask("GET /binary").field("Content-Type"))
                .isEqualTo("application/octet-stream");
    }

    /** The folder is listed instead, and nothing of what the link leads to is told. */
    @ParameterizedTest
    @ValueSource(strings = {"/outside/", "/absolute/"})
    void anIndexThatLeadsOutOfTheSiteIsNotServed(String target) throws IOException {
        ServedSite.Answer answer = site.ask("GET " + target);
        assertThat(answer.text()).doesNotContain("secret");
        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.text()).contains("<h1>" + target + "</h1>");
        assertThat(site.ask("GET /inside/").text()).isEqualTo("0123456789");
    }

    @Test
    void aLocationIsPercentEncoded() throws IOException {
        String encoded = "/%C3%BC%20b%23%3F%25";
        ServedSite.Answer answer = site.ask("GET " + encoded + "?q=%20");
        assertThat(answer.status()).isEqualTo(301);
        assertThat(answer.field("Location")).isEqualTo(encoded + "/?q=%20");
        assertThat(site.ask("GET " + encoded + "/deep").field("Location"))
                .isEqualTo(encoded + "/deep/");
    }

    @ParameterizedTest
    @CsvSource({
        "GET /none,404",
        "POST /old.txt,405",
        "BREW /old.txt,501",
        "HEAD /none,404",
        "HEAD /old.txt,200",
        "HEAD /inside,301",
        "HEAD /inside/,200",
        "HEAD /%ff%00,400",
    })
    void onlyHeadHasNoContent(String line, int status) throws IOException {
        ServedSite.Answer answer = site.ask(line);
        assertThat(answer.status()).isEqualTo(status);
        assertThat(answer.text().isEmpty()).isEqualTo(line.startsWith("HEAD"));
        assertThat(answer.field("Content-Length")).matches("[1-9][0-9]*");
    }
}
