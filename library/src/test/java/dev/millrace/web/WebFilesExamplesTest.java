package dev.millrace.web;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.http.HttpHandler;
import dev.millrace.loop.Loop;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The examples of the documentation about files, compiled and run. */
class WebFilesExamplesTest {
    @TempDir private Path folder;

    private static HttpHandler folder(Loop loop, Path folder) {
        // @start region="folder"
        StaticFiles files = StaticFiles.of(loop, folder);
        files.onError((request, failure) -> System.err.println(request + ": " + failure));
        // HttpServer.create(loop, files).listen(8080);
        // @end
        return files;
    }

    private static HttpHandler below(Loop loop, Path folder) {
        // @start region="below"
        HttpHandler files = StaticFiles.of(loop, folder).below("/static");
        HttpHandler handler =
                (request, response) -> {
                    if (request.rawPath().startsWith("/static/")) {
                        files.handle(request, response);
                    } else {
                        response.end("a page");
                    }
                };
        // @end
        return handler;
    }

    private static HttpHandler options(Loop loop, Path folder) {
        // @start region="options"
        StaticFilesOptions options =
                StaticFilesOptions.DEFAULTS
                        .withMaxAge(Duration.ofMinutes(5))
                        .withFallback("/index.html");
        // @end
        return StaticFiles.of(loop, folder, options);
    }

    private static HttpHandler file(Path report) {
        // @start region="file"
        FileResponse download = FileResponse.DEFAULTS.withDownloadName("Übersicht 2026.csv");
        HttpHandler handler = (request, response) -> download.send(request, response, report);
        // @end
        return handler;
    }

    @Test
    void aFolder() throws Exception {
        Files.writeString(folder.resolve("a.css"), "a{}");
        try (ServedSite site = ServedSite.of(loop -> folder(loop, folder))) {
            assertThat(site.ask("GET /a.css").text()).isEqualTo("a{}");
            assertThat(site.ask("GET /").status()).as("no list").isEqualTo(404);
        }
    }

    @Test
    void aFolderBelowAPath() throws Exception {
        Files.writeString(folder.resolve("a.css"), "a{}");
        Files.createDirectory(folder.resolve("deep"));
        try (ServedSite site = ServedSite.of(loop -> below(loop, folder))) {
            assertThat(site.ask("GET /static/a.css").text()).isEqualTo("a{}");
            assertThat(site.ask("GET /static/../a.css").status()).isEqualTo(404);
            assertThat(site.ask("GET /static/deep").field("Location")).isEqualTo("/static/deep/");
            assertThat(site.ask("GET /a.css").text()).isEqualTo("a page");
        }
        try (ServedSite site =
                ServedSite.of(loop -> StaticFiles.of(loop, folder).below("/static"))) {
            assertThat(site.ask("GET /a.css").status()).isEqualTo(404);
            assertThat(site.ask("GET /staticsa.css").status()).isEqualTo(404);
            assertThat(site.ask("GET /static").field("Location")).isEqualTo("/static/");
        }
    }

    @Test
    void theOptions() throws Exception {
        Files.writeString(folder.resolve("index.html"), "<p>");
        try (ServedSite site = ServedSite.of(loop -> options(loop, folder))) {
            ServedSite.Answer page = site.ask("GET /made/by/the/program");
            assertThat(page.status()).isEqualTo(200);
            assertThat(page.text()).isEqualTo("<p>");
            assertThat(page.field("Cache-Control")).isEqualTo("max-age=300");
        }
    }

    @Test
    void aFile() throws Exception {
        Path report = Files.writeString(folder.resolve("r.csv"), "a,b");
        try (ServedSite site = ServedSite.of(loop -> file(report))) {
            ServedSite.Answer whole = site.ask("GET /");
            assertThat(whole.text()).isEqualTo("a,b");
            assertThat(whole.field("Content-Type")).isEqualTo("text/csv; charset=utf-8");
            assertThat(whole.field("Content-Disposition"))
                    .isEqualTo(
                            "attachment; filename=\"_bersicht 2026.csv\";"
                                    + " filename*=UTF-8''%C3%9Cbersicht%202026.csv");
            assertThat(site.ask("GET /", "Range: bytes=-1").text()).isEqualTo("b");
            assertThat(site.ask("GET /", "If-None-Match: " + whole.field("ETag")).status())
                    .isEqualTo(304);
            Files.delete(report);
            assertThat(site.ask("GET /").status()).isEqualTo(404);
        }
    }

    @Test
    void aFolderThatIsNotThereIsNamed() {
        Loop.run(loop -> {
            assertThatThrownBy(() -> StaticFiles.of(loop, folder.resolve("none")))
                    .isInstanceOf(UncheckedIOException.class)
                    .hasMessageContaining(folder.resolve("none").toString())
                    .hasMessageContaining("ENOENT");
        });
    }

    @ParameterizedTest
    @ValueSource(strings = {"static", "/", "/static/", ""})
    void whatIsNoPrefixIsRefused(String prefix) {
        Loop.run(loop ->
                assertThatThrownBy(() -> StaticFiles.of(loop, folder).below(prefix))
                        .isInstanceOf(IllegalArgumentException.class)
                        .hasMessageContaining("/static"));
    }
}
