package dev.millrace.web;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.http.HttpFixture;
import dev.millrace.http.HttpHandler;
import dev.millrace.http.RawHttp;
import dev.millrace.http.ServerRequest;
import dev.millrace.http.ServerResponse;
import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The examples that the Javadoc of the package shows. */
@Timeout(30)
class WebExamplesTest {
    private final Map<Long, String> notes = new TreeMap<>();

    private static String get(HttpFixture fixture, String target) throws IOException {
        try (RawHttp client = fixture.connect()) {
            return client.send(RawHttp.get(target)).answer().text();
        }
    }

    private static RawHttp.Answer send(HttpFixture fixture, String head) throws IOException {
        try (RawHttp client = fixture.connect()) {
            return client.send(head + "\r\nHost: a\r\n\r\n").answer();
        }
    }

    @Test
    void cookies() throws IOException {
        HttpHandler handler =
                // @start region="cookies"
                (request, response) -> {
                    String theme = Cookies.of(request).first("theme").orElse("light");
                    response.end("theme " + theme);
                };
        // @end
        try (var fixture = HttpFixture.serve(handler)) {
            assertThat(send(fixture, "GET / HTTP/1.1\r\nCookie: a=b; theme=dark").text())
                    .isEqualTo("theme dark");
        }
    }

    @Test
    void setCookie() throws IOException {
        HttpHandler handler =
                // @start region="setCookie"
                (request, response) -> {
                    SetCookie.of("session", "c2VjcmV0")
                            .withMaxAge(Duration.ofDays(7))
                            .withSecure(true)
                            .addTo(response);
                    response.end("welcome\n");
                };
        // @end
        try (var fixture = HttpFixture.serve(handler)) {
            assertThat(send(fixture, "GET / HTTP/1.1").header("Set-Cookie"))
                    .isEqualTo(
                            "session=c2VjcmV0; Max-Age=604800; Path=/; Secure; HttpOnly;"
                                    + " SameSite=Lax");
        }
    }

    @Test
    void proxies() throws IOException {
        // @start region="proxies"
        var proxies = TrustedProxies.forwarded("127.0.0.1", "10.0.0.0/8");
        HttpHandler handler =
                (request, response) -> {
                    ClientOrigin origin = proxies.origin(request);
                    response.end(origin.scheme() + " from " + origin.address().orElseThrow());
                };
        // @end
        try (var fixture = HttpFixture.serve(handler)) {
            String by = "GET / HTTP/1.1\r\nForwarded: for=192.0.2.7;proto=https, for=10.0.0.3";
            assertThat(send(fixture, by).text()).isEqualTo("https from 192.0.2.7:0");
        }
    }

    @Test
    void router() throws IOException {
        // @start region="router"
        var router = new Router();
        router.get("/notes", (request, response) -> response.end(notes.keySet() + "\n"));
        router.get(
                "/notes/{id}",
                (request, response, path) -> {
                    String note = notes.get(path.number("id"));
                    response.status(note == null ? 404 : 200)
                            .end(note == null ? "no such note\n" : note);
                });
        router.put(
                "/notes/{id}",
                (request, response, path) -> {
                    long id = path.number("id");
                    request.text(100_000)
                            .thenAccept(text -> {
                                notes.put(id, text);
                                response.end("stored\n");
                            });
                });
        // HttpServer.create(loop, router).listen(8080);
        // @end
        try (var fixture = HttpFixture.serve(router);
                RawHttp client = fixture.connect()) {
            client.send(RawHttp.post("milk").replace("POST /", "PUT /notes/7"));
            assertThat(client.answer().text()).isEqualTo("stored\n");
            assertThat(get(fixture, "/notes")).isEqualTo("[7]\n");
            assertThat(get(fixture, "/notes/7")).isEqualTo("milk");
            assertThat(get(fixture, "/notes/8")).isEqualTo("no such note\n");
        }
    }

    // @start region="routeHandler"
    static void greet(ServerRequest request, ServerResponse response, PathParameters path) {
        response.end("hello " + path.text("name") + "\n");
    }

    // @end

    @Test
    void parameters() throws IOException {
        Router router =
                new Router()
                        .get("/hello/{name}", WebExamplesTest::greet)
                        .get("/{year}/{file...}", WebExamplesTest::show);
        try (var fixture = HttpFixture.serve(router)) {
            assertThat(get(fixture, "/hello/a%2Fb")).isEqualTo("hello a/b\n");
            assertThat(get(fixture, "/1999/x%2Fy/z")).isEqualTo("1999: x/y/z (x%2Fy/z)");
            assertThat(send(fixture, "GET /now/x HTTP/1.1").status()).isEqualTo(404);
        }
    }

    private static void show(ServerRequest request, ServerResponse response, PathParameters path)
            throws IOException {
        // @start region="pathParameters"
        long year = path.number("year"); // a 404 unless it is one
        String file = path.text("file");
        response.end(year + ": " + file + " (" + path.raw("file") + ")");
        // @end
    }

    @Test
    void mount() throws IOException {
        // @start region="mount"
        var ofUser = new Router();
        ofUser.get("/", (request, response, path) -> response.end(path.text("user")));
        ofUser.get(
                "/notes/{id}",
                (request, response, path) ->
                        response.end("note " + path.text("id") + " of " + path.text("user")));

        var router = new Router();
        router.mount("/users/{user}", ofUser);
        // @end
        try (var fixture = HttpFixture.serve(router)) {
            assertThat(get(fixture, "/users/ann")).isEqualTo("ann");
            assertThat(get(fixture, "/users/ann/notes/7")).isEqualTo("note 7 of ann");
        }
    }

    @Test
    void wrap() throws IOException {
        var router = new Router();
        router.get("/", (request, response) -> response.end("private"));
        // @start region="wrap"
        router.wrap(next ->
                (request, response) -> {
                    if (request.header("Authorization").isPresent()) {
                        next.handle(request, response);
                    } else {
                        response.status(401)
                                .header("WWW-Authenticate", "Basic")
                                .end("who is there?\n");
                    }
                });
        // @end
        try (var fixture = HttpFixture.serve(router)) {
            assertThat(get(fixture, "/")).isEqualTo("who is there?\n");
            assertThat(send(fixture, "GET / HTTP/1.1\r\nAuthorization: Basic QQ==").text())
                    .isEqualTo("private");
        }
    }
}
