package dev.millrace.web;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.http.HttpFixture;
import dev.millrace.http.HttpServerOptions;
import dev.millrace.http.RawHttp;
import dev.millrace.http.RawHttp.Answer;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Which handler gets a request, and what the router answers by itself. */
@Timeout(30)
class RouterTest {
    /** Tells which pattern it was, and what its names stand for. */
    private static Router telling(String... routes) {
        Router router = new Router();
        for (String route : routes) {
            String[] parts = route.split(" ");
            RouteHandler teller =
                    (request, response, path) ->
                            response.end(
                                    route + " " + path.names().stream().map(path::text).toList());
            if (parts[0].equals("ANY")) {
                router.any(parts[1], teller);
            } else {
                router.route(parts[0], parts[1], teller);
            }
        }
        return router;
    }

    private static Answer ask(Router router, String line) throws IOException {
        try (var fixture = HttpFixture.serve(router);
                RawHttp client = fixture.connect()) {
            client.send(line + " HTTP/1.1\r\nHost: a\r\n\r\n");
            return client.answer(!line.startsWith("HEAD"));
        }
    }

    private static String text(Router router, String line) throws IOException {
        return ask(router, line).text();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    /a/b          | GET /a/b []
                    /a/%62        | GET /a/b []
                    /a/c          | GET /a/{x} [c]
                    /a/b/c        | GET /a/{x}/c [b]
                    /a/b/d        | GET /a/{rest...} [b/d]
                    /a/           | GET /a/{rest...} []
                    /a//d         | GET /a/{rest...} [/d]
                    /a/b%2Fc      | GET /a/{x} [b/c]
                    /a%2Fb        | GET /{one} [a/b]
                    /b            | GET /{one} [b]
                    /a            | GET /{one} [a]
                    /             | GET / []
                    /a/b?c=d      | GET /a/b []
                    /%25          | GET /{one} [%]
                    """)
    void aTextComesBeforeANameAndANameBeforeARest(String target, String told) throws IOException {
        // In an order that is the wrong one everywhere.
        Router router =
                telling(
                        "GET /a/{rest...}",
                        "GET /a/{x}/c",
                        "GET /a/{x}",
                        "GET /{one}",
                        "GET /a/b",
                        "GET /");
        assertThat(text(router, "GET " + target)).isEqualTo(told);
    }

    @Test
    void aPathWithoutAPatternIs404() throws IOException {
        Router router = telling("GET /a", "GET /b/{x}");
        for (String none : List.of("/", "/a/", "/A", "/b", "/b/", "/b/x/y", "//a")) {
            Answer answer = ask(router, "GET " + none);
            assertThat(answer.status()).as(none).isEqualTo(404);
            assertThat(answer.text()).isEqualTo("404 Not Found\n");
        }
        router.otherwise((request, response) -> response.end("else"));
        assertThat(text(router, "GET /none")).isEqualTo("else");
    }

    @Test
    void aMethodWithoutAHandlerIs405WithAllow() throws IOException {
        Router router = telling("GET /a", "PUT /a", "POST /{x}");
        for (String method : List.of("DELETE", "POST", "get", "PATCH")) {
            Answer answer = ask(router, method + " /a");
            assertThat(answer.status()).as(method).isEqualTo(405);
            assertThat(answer.header("Allow")).isEqualTo("GET, HEAD, OPTIONS, PUT");
        }
        assertThat(ask(router, "GET /b").header("Allow")).isEqualTo("OPTIONS, POST");
    }

    @Test
    void headIsServedByGetUnlessItHasAHandler() throws IOException {
        Answer answer = ask(telling("GET /a"), "HEAD /a");
        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.header("Content-Length")).isEqualTo("9");
        assertThat(ask(telling("GET /a", "HEAD /a"), "HEAD /a").header("Content-Length"))
                .isEqualTo("10");
        assertThat(ask(telling("POST /a"), "HEAD /a").status()).isEqualTo(405);
    }

    @Test
    void optionsTellsWhatIsAllowed() throws IOException {
        Router router = telling("GET /a", "DELETE /b");
        router.mount("/c", telling("PATCH /"));
        Answer one = ask(router, "OPTIONS /a");
        assertThat(one.status()).isEqualTo(204);
        assertThat(one.header("Allow")).isEqualTo("GET, HEAD, OPTIONS");
        Answer all = ask(router, "OPTIONS *");
        assertThat(all.status()).isEqualTo(204);
        assertThat(all.header("Allow")).isEqualTo("DELETE, GET, HEAD, OPTIONS, PATCH");
        assertThat(ask(router, "OPTIONS /none").status()).isEqualTo(404);
        Router own = telling("OPTIONS /a", "ANY /b");
        assertThat(text(own, "OPTIONS /a")).isEqualTo("OPTIONS /a []");
        assertThat(text(own, "OPTIONS /b")).isEqualTo("ANY /b []");
    }

    @Test
    void anyIsForMethodsWithoutAHandlerOfTheirOwn() throws IOException {
        Router router = telling("ANY /a", "GET /a");
        assertThat(text(router, "GET /a")).isEqualTo("GET /a []");
        assertThat(text(router, "BREW /a")).isEqualTo("ANY /a []");
        assertThat(ask(router, "HEAD /a").header("Content-Length")).isEqualTo("9");
    }

    @ParameterizedTest
    @ValueSource(strings = {"/a/.", "/a/..", "/../a", "/a/%2e%2E/b", "/%2e", "/a/.%2e"})
    void segmentsOfDotsAreNeverServed(String target) throws IOException {
        Answer answer = ask(telling("GET /{rest...}"), "GET " + target);
        assertThat(answer.status()).isEqualTo(400);
        assertThat(text(telling("GET /{rest...}"), "GET /a../.b/...")).contains("[a../.b/...]");
    }

    @Test
    void whatCanNotBeDecodedIsRefusedEvenIfTheServerLetsItThrough() throws IOException {
        var options = HttpServerOptions.DEFAULTS.withAllowUndecodableTargets(true);
        for (String bad : List.of("/%", "/%4", "/%zz", "/%00", "/%ff", "/a%+1")) {
            try (var fixture = HttpFixture.serve(options, telling("GET /{rest...}"));
                    RawHttp client = fixture.connect()) {
                assertThat(client.send(RawHttp.get(bad)).answer().status()).as(bad).isEqualTo(400);
            }
        }
    }

    @Test
    void otherTargetsAreReadAsTheRfcSays() throws IOException {
        Router router = telling("GET /", "GET /a");
        assertThat(text(router, "GET http://b/a")).isEqualTo("GET /a []");
        assertThat(text(router, "GET http://b")).isEqualTo("GET / []");
    }

    @Test
    void aMountedRouterGetsWhatIsBelowItsPrefix() throws IOException {
        Router inner = telling("GET /", "GET /x/{id}").mount("/deep/{k}", telling("GET /{id}"));
        Router router = telling("GET /own").mount("/at/{user}", inner).mount("/top", inner);
        assertThat(text(router, "GET /at/ann")).isEqualTo("GET / [ann]");
        assertThat(text(router, "GET /at/ann/")).isEqualTo("GET / [ann]");
        assertThat(text(router, "GET /at/ann/x/7")).isEqualTo("GET /x/{id} [ann, 7]");
        assertThat(text(router, "GET /at/a%2Fb/deep/9/8")).isEqualTo("GET /{id} [a/b, 9, 8]");
        assertThat(text(router, "GET /top/x/7")).isEqualTo("GET /x/{id} [7]");
        assertThat(text(router, "GET /top/deep/9/8")).isEqualTo("GET /{id} [9, 8]");
        assertThat(ask(router, "GET /at").status()).isEqualTo(404);
        assertThat(ask(router, "GET /topx").status()).isEqualTo(404);
        assertThat(ask(router, "PUT /top/x/7").header("Allow")).isEqualTo("GET, HEAD, OPTIONS");
        Router whole = new Router().mount("/", telling("GET /a"));
        assertThat(text(whole, "GET /a")).isEqualTo("GET /a []");
        assertThat(ask(whole, "GET /").status()).isEqualTo(404);
    }

    @Test
    void whatIsWrappedAroundRunsFromTheOutsideIn() throws IOException {
        List<String> order = new ArrayList<>();
        Router inner =
                telling("GET /x")
                        .wrap(next ->
                                (request, response) -> {
                                    order.add("inner");
                                    next.handle(request, response);
                                });
        Router router = new Router().mount("/in", inner);
        for (String name : List.of("first", "second")) {
            router.wrap(next -> {
                order.add("made " + name);
                return (request, response) -> {
                    order.add(name);
                    next.handle(request, response);
                };
            });
        }
        assertThat(text(router, "GET /in/x")).isEqualTo("GET /x []");
        assertThat(ask(router, "GET /none").status()).isEqualTo(404);
        assertThat(order)
                .containsExactly(
                        "made second", "made first", "first", "second", "inner", "first", "second");
        assertThatThrownBy(() -> router.wrap(next -> next))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("the router serves already: wrap it before");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    a             | a pattern begins with a slash
                    /{}           | {} is no name
                    /{a-b}        | {a-b} is no name
                    /a{b}         | a name in braces is a whole segment
                    /{a}b         | a name in braces is a whole segment
                    /a}           | a name in braces is a whole segment
                    /{a}/{a}      | {a} is there twice
                    /{a...}/b     | nothing follows {a...}
                    /a/../b       | the segment .. is never served
                    """)
    void whatIsNoPatternIsNamed(String pattern, String why) {
        assertThatThrownBy(() -> telling("GET " + pattern))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("no pattern of a path: " + pattern)
                .hasMessageContaining(why)
                .hasMessageContaining("use /notes/{id}");
    }

    @Test
    void conflictsAreErrorsWhenTheyAreMade() {
        assertThatThrownBy(() -> telling("GET /a/{id}", "GET /a/{key}"))
                .hasMessage("GET /a/{key} would never be called: /a/{id} is there already");
        assertThatThrownBy(() -> telling("GET /{a...}", "GET /{b...}"))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> telling("ANY /a", "ANY /a"))
                .hasMessageContaining("any method of /a would never be called");
        assertThatThrownBy(() -> telling("G(T /a")).hasMessage("no method: G(T");
        Router router = new Router().mount("/m", telling("GET /"));
        assertThatThrownBy(() -> router.mount("/m", new Router()))
                .isInstanceOf(IllegalArgumentException.class);
        for (String bad : List.of("/m/", "/{rest...}", "m")) {
            assertThatThrownBy(() -> router.mount(bad, new Router()))
                    .isInstanceOf(IllegalArgumentException.class);
        }
        Router below = new Router();
        router.mount("/b", below);
        assertThatThrownBy(() -> below.mount("/c", router))
                .hasMessage("a router can't be mounted below itself");
    }

    @Test
    void numbersInPathsAreNumbersOr404() throws IOException {
        Router router =
                new Router()
                        .get(
                                "/{id}",
                                (request, response, path) -> response.end("" + path.number("id")));
        assertThat(text(router, "GET /007")).isEqualTo("7");
        assertThat(text(router, "GET /9223372036854775807")).isEqualTo("9223372036854775807");
        for (String bad : List.of("-1", "+1", "1.0", "x", "9223372036854775808", "%D9%A1")) {
            assertThat(ask(router, "GET /" + bad).status()).as(bad).isEqualTo(404);
        }
    }

    @Test
    void aNameThatThePatternDoesNotHaveIsAMistake() throws IOException {
        Router router =
                new Router()
                        .get("/{id}", (request, response, path) -> response.end(path.text("x")));
        assertThat(ask(router, "GET /a").status()).isEqualTo(500);
        var path = new PathParameters(List.of("id"), List.of("a%20b"));
        assertThat(path).hasToString("PathParameters[id=a%20b]");
        assertThatThrownBy(() -> path.text("x"))
                .hasMessage("the pattern has no parameter {x}, but [id]");
    }
}
