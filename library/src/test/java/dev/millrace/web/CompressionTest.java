package dev.millrace.web;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.http.HttpHandler;
import dev.millrace.http.ServerResponse;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.zip.GZIPInputStream;
import java.util.zip.InflaterInputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Responses that are compressed on their way (RFC 9110 sections 8.4 and 12.5.3). */
class CompressionTest {
    private static final String TEXT = "All work and no play makes Jack a dull boy.\n".repeat(4000);
    private static final String GZIP = "Accept-Encoding: gzip";

    private static HttpHandler compressed(HttpHandler handler) {
        // @start region="compression"
        HttpHandler small = Compression.of(handler);
        // @end
        return small;
    }

    private static ServedSite site(HttpHandler handler) throws Exception {
        return ServedSite.of(loop -> compressed(handler));
    }

    private static HttpHandler text(String type) {
        return (request, response) -> response.header("Content-Type", type).end(TEXT);
    }

    private static String gunzip(byte[] bytes) throws IOException {
        try (InputStream in = new GZIPInputStream(new ByteArrayInputStream(bytes))) {
            return new String(in.readAllBytes(), ISO_8859_1);
        }
    }

    private static String decoded(ServedSite.Answer answer) throws IOException {
        byte[] bytes = ServedSite.ofChunks(answer.text());
        return switch (answer.field("Content-Encoding")) {
            case "gzip" -> gunzip(bytes);
            case "deflate" -> {
                try (InputStream in = new InflaterInputStream(new ByteArrayInputStream(bytes))) {
                    yield new String(in.readAllBytes(), ISO_8859_1);
                }
            }
            default -> new String(bytes, ISO_8859_1);
        };
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "gzip                      | gzip",
                "x-gzip                    | gzip",
                "GZIP                      | gzip",
                "deflate                   | deflate",
                "gzip, deflate, br         | gzip",
                "gzip;q=0.5, deflate       | deflate",
                "gzip;q=0, deflate;q=0.001 | deflate",
                "*                         | gzip",
                "*;q=0.1, gzip;q=0         | deflate",
                "identity;q=0, gzip        | gzip",
                "identity;q=0.5, gzip;q=1  | gzip",
                "identity, gzip            | gzip",
                "gzip;q=0.2, identity;q=0.3| ''",
                "gzip;q=0                  | ''",
                "gzip;q=2                  | ''",
                "br                        | ''",
                "identity                  | ''",
                "''                        | ''",
                "*;q=0                     | ''",
            })
    void theClientChooses(String accepted, String coding) throws Exception {
        try (ServedSite site = site(text("text/plain"))) {
            ServedSite.Answer answer = site.ask("GET /", "Accept-Encoding: " + accepted);
            assertThat(answer.field("Content-Encoding")).isEqualTo(coding);
            assertThat(answer.field("Vary")).isEqualTo("Accept-Encoding");
            if (coding.isEmpty()) {
                assertThat(answer.text()).isEqualTo(TEXT);
            } else {
                assertThat(answer.field("Content-Length")).isEmpty();
                assertThat(answer.text()).hasSizeLessThan(2000);
                assertThat(decoded(answer)).isEqualTo(TEXT);
            }
        }
    }

    @ParameterizedTest
    @CsvSource({
        "text/html; charset=utf-8,true",
        "application/json,true",
        "application/vnd.api+json,true",
        "image/svg+xml,true",
        "image/png,false",
        "video/mp4,false",
        "application/gzip,false",
    })
    void whatShrinksIsCompressed(String type, boolean isWorth) throws Exception {
        try (ServedSite site = site(text(type))) {
            ServedSite.Answer answer = site.ask("GET /", GZIP);
            assertThat(answer.field("Content-Encoding")).isEqualTo(isWorth ? "gzip" : "");
            assertThat(answer.field("Vary")).isEqualTo(isWorth ? "Accept-Encoding" : "");
            String must = "Accept-Encoding: identity;q=0, gzip;q=0.1";
            assertThat(site.ask("GET /", must).field("Content-Encoding")).isEqualTo("gzip");
        }
    }

    @Test
    void whatIsNotToBeChangedIsNot() throws Exception {
        HttpHandler handler =
                (request, response) -> {
                    response.header("Content-Type", "text/plain").header("ETag", "\"x\"");
                    switch (request.rawPath()) {
                        case "/short" -> response.end("x".repeat(1023));
                        case "/declared" -> {
                            response.header("Content-Length", "10").write("0123456789");
                            response.end();
                        }
                        case "/coded" -> response.header("Content-Encoding", "br").end(TEXT);
                        case "/part" ->
                                response.status(206)
                                        .header("Content-Range", "bytes 0-9/10")
                                        .end(TEXT);
                        case "/said" ->
                                response.header("Cache-Control", "max-age=1, No-Transform")
                                        .end(TEXT);
                        default -> response.status(204).end();
                    }
                };
        try (ServedSite site = site(handler)) {
            for (String path :
                    new String[] {"short", "declared", "coded", "part", "said", "none"}) {
                ServedSite.Answer answer = site.ask("GET /" + path, GZIP);
                assertThat(answer.field("Content-Encoding"))
                        .as(path)
                        .isEqualTo(path.equals("coded") ? "br" : "");
                assertThat(answer.field("ETag")).as(path).isEqualTo("\"x\"");
            }
        }
    }

    @Test
    void aTagBecomesWeakAndHeadSaysTheSame() throws Exception {
        HttpHandler handler =
                (request, response) ->
                        response.header("Content-Type", "text/css")
                                .header("ETag", "\"x\"")
                                .header("Accept-Ranges", "bytes")
                                .header("Content-Length", "" + TEXT.length())
                                .end(TEXT);
        try (ServedSite site = site(handler)) {
            ServedSite.Answer get = site.ask("GET /", GZIP);
            assertThat(get.field("ETag")).isEqualTo("W/\"x\"");
            assertThat(get.field("Accept-Ranges")).isEmpty();
            ServedSite.Answer head = site.ask("HEAD /", GZIP);
            assertThat(head.text()).isEmpty();
            assertThat(head.head().stream().filter(line -> !line.startsWith("Date")))
                    .containsExactlyElementsOf(
                            get.head().stream().filter(line -> !line.startsWith("Date")).toList());
            assertThat(site.ask("GET /").field("ETag")).isEqualTo("\"x\"");
        }
    }

    @Test
    void filesOfAFolder(@TempDir Path folder) throws Exception {
        Files.writeString(folder.resolve("small.txt"), TEXT.substring(0, 44_000));
        Files.writeString(folder.resolve("large.txt"), TEXT);
        Files.writeString(folder.resolve("large.png"), TEXT);
        try (ServedSite site =
                ServedSite.of(loop -> Compression.of(StaticFiles.of(loop, folder)))) {
            assertThat(decoded(site.ask("GET /small.txt", GZIP))).hasSize(44_000);
            ServedSite.Answer large = site.ask("GET /large.txt", GZIP);
            assertThat(decoded(large)).isEqualTo(TEXT);
            assertThat(site.ask("GET /large.txt", GZIP, "Range: bytes=1-2").text()).isEqualTo("ll");
            String tag = large.field("ETag");
            ServedSite.Answer same = site.ask("GET /large.txt", GZIP, "If-None-Match: " + tag);
            assertThat(same.status()).isEqualTo(304);
            assertThat(same.field("ETag")).isEqualTo(tag).startsWith("W/");
            assertThat(same.field("Vary")).isEqualTo("Accept-Encoding");
            assertThat(site.ask("GET /large.png", GZIP).text()).isEqualTo(TEXT);
        }
    }

    /** Each event can be read when it was written, and none waits for the next. */
    @Test
    void whatIsWrittenCanBeRead() throws Exception {
        ServerResponse[] events = new ServerResponse[1];
        HttpHandler handler =
                (request, response) -> {
                    if (request.rawPath().equals("/events")) {
                        events[0] = response.header("Content-Type", "text/event-stream");
                        response.write("data: first\n\n");
                    } else {
                        events[0].write("data: " + request.rawPath() + "\n\n");
                        response.end();
                    }
                };
        try (ServedSite site = site(handler);
                Socket socket = new Socket(InetAddress.getLoopbackAddress(), site.port())) {
            socket.setSoTimeout(20_000);
            String request = "GET /events HTTP/1.0\r\nAccept-Encoding: gzip\r\n\r\n";
            socket.getOutputStream().write(request.getBytes(ISO_8859_1));
            InputStream in = socket.getInputStream();
            StringBuilder head = new StringBuilder();
            while (!head.toString().endsWith("\r\n\r\n")) {
                head.append((char) in.read());
            }
            assertThat(head.toString()).contains("Content-Encoding: gzip");
            GZIPInputStream inflated = new GZIPInputStream(in);
            assertThat(new String(inflated.readNBytes(13), ISO_8859_1)).contains("first");
            site.ask("GET /second");
            assertThat(new String(inflated.readNBytes(15), ISO_8859_1)).contains("/second");
        }
    }

    /** It ended when nothing was held any more, and could not leave yet. */
    @Test
    void anEndThatHadToWaitIsSent() throws Exception {
        ServerResponse[] first = new ServerResponse[1];
        HttpHandler handler =
                (request, response) -> {
                    response.header("Content-Type", "text/plain");
                    if (request.rawPath().equals("/slow")) {
                        first[0] = response;
                    } else {
                        response.flushHead();
                        response.end();
                        first[0].loop().setImmediate(() -> first[0].end("slow"));
                    }
                };
        try (ServedSite site = site(handler);
                Socket socket = new Socket(InetAddress.getLoopbackAddress(), site.port())) {
            socket.setSoTimeout(20_000);
            String slow = "GET /slow HTTP/1.1\r\nHost: a\r\n\r\n";
            String empty = "GET / HTTP/1.1\r\nHost: a\r\n" + GZIP + "\r\nConnection: close\r\n\r\n";
            socket.getOutputStream().write((slow + empty).getBytes(ISO_8859_1));
            String all = new String(socket.getInputStream().readAllBytes(), ISO_8859_1);
            assertThat(all).contains("slow", "Content-Encoding: gzip").endsWith("0\r\n\r\n");
        }
    }

    @Test
    void moreThanTheLimitAtATimeIsSentAsItIs() throws Exception {
        CompressionOptions none = CompressionOptions.DEFAULTS.withAtOnceMax(1);
        ServerResponse[] first = new ServerResponse[1];
        HttpHandler handler =
                (request, response) -> {
                    response.header("Content-Type", "text/plain");
                    if (request.rawPath().equals("/hold")) {
                        first[0] = response;
                        response.write("begin");
                    } else {
                        response.end(TEXT);
                    }
                };
        try (ServedSite site = ServedSite.of(loop -> Compression.of(handler, none))) {
            assertThat(site.ask("GET /", GZIP).field("Content-Encoding")).isEqualTo("gzip");
            assertThat(site.ask("GET /", GZIP).field("Content-Encoding")).isEqualTo("gzip");
            try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), site.port())) {
                String hold = "GET /hold HTTP/1.1\r\nHost: a\r\nAccept-Encoding: gzip\r\n\r\n";
                socket.getOutputStream().write(hold.getBytes(ISO_8859_1));
                assertThat(socket.getInputStream().read()).isEqualTo('H');
                assertThat(site.ask("GET /", GZIP).field("Content-Encoding")).isEmpty();
            }
        }
    }

    @Test
    void optionsAreChecked() {
        // @start region="options"
        CompressionOptions options =
                CompressionOptions.DEFAULTS
                        .withMinBytes(256)
                        .withLevel(4)
                        .withMoreTypes(Set.of("application/x-ours"));
        // @end
        assertThat(options.moreTypes()).containsExactly("application/x-ours");
        assertThatThrownBy(() -> options.withLevel(0)).hasMessageContaining("1 to 9");
        assertThatThrownBy(() -> options.withLevel(10)).hasMessageContaining("1 to 9");
        assertThatThrownBy(() -> options.withMinBytes(-1)).hasMessageContaining("minBytes");
        assertThatThrownBy(() -> options.withAtOnceMax(-1)).hasMessageContaining("atOnceMax");
    }
}
