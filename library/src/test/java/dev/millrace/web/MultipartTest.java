package dev.millrace.web;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.http.HttpFixture;
import dev.millrace.http.HttpHandler;
import dev.millrace.http.RawHttp;
import dev.millrace.http.RawHttp.Answer;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Forms with files over a connection: parts in turn, back-pressure, limits, ends. */
@Timeout(30)
class MultipartTest {
    private static final Multipart.Limits LIMITS = Multipart.Limits.DEFAULTS;
    private static final String DISPOSITION = "Content-Disposition: form-data; name=\"part";

    private final List<String> seen = new ArrayList<>();

    /** A request with a part for each pair of a file's name, which may be empty, and a content. */
    static String form(String... namesAndContents) {
        return request(body(namesAndContents));
    }

    private static String body(String... namesAndContents) {
        StringBuilder body = new StringBuilder();
        for (int at = 0; at < namesAndContents.length; at += 2) {
            String name = namesAndContents[at];
            body.append("--b\r\n").append(DISPOSITION).append(at / 2).append('"');
            body.append(name.isEmpty() ? "" : "; filename=\"" + name + "\"").append("\r\n\r\n");
            body.append(namesAndContents[at + 1]).append("\r\n");
        }
        return body.append("--b--\r\n").toString();
    }

    private static String request(String body) {
        String type = "\r\nContent-Type: multipart/form-data; boundary=b\r\n\r\n";
        return RawHttp.post(body).replaceFirst("\r\n\r\n", type);
    }

    private static HttpHandler reading(
            Multipart.Limits limits, Function<FormPart, CompletionStage<String>> use) {
        return (request, response) ->
                Multipart.<String>read(request, limits, use)
                        .thenAccept(results -> response.end("" + results));
    }

    private static Answer post(HttpHandler handler, String request) throws IOException {
        try (var fixture = HttpFixture.serve(handler);
                RawHttp client = fixture.connect()) {
            Answer answer = client.send(request).answer();
            if (answer.status() < 500) {
                assertThat(fixture.handlerErrorCount()).isZero();
            }
            return answer;
        }
    }

    private static Answer post(String request) throws IOException {
        return post(reading(LIMITS, part -> part.text(100)), request);
    }

    @Test
    void partsComeInTheirOrder() throws IOException {
        assertThat(post(form("", "one", "x", "", "", "-b")).text()).isEqualTo("[one, , -b]");
        assertThat(post(form()).text()).as("no part").isEqualTo("[]");
    }

    @Test
    void aPartTellsWhatItIs() throws IOException {
        String head =
                "--b\r\nContent-Disposition: form-data; name=\"n\"; filename=\"d/\u00c3\u00a4.c\"\r\n";
        Answer answer =
                post(
                        reading(
                                LIMITS,
                                part -> {
                                    seen.add(part.name() + part.isFile() + part.contentType());
                                    seen.add(part.rawFileName() + " " + part.fileName());
                                    seen.add(part + " " + part.header("x-a") + part.header("x-b"));
                                    return part.text(9);
                                }),
                        request(head + "Content-Type: a/b\r\nX-A: 1\r\n\r\nz\r\n--b--\r\n"));
        assertThat(answer.text()).isEqualTo("[z]");
        assertThat(seen)
                .containsExactly(
                        "ntrueOptional[a/b]",
                        "Optional[d/\u00e4.c] Optional[\u00e4.c]",
                        "FormPart[n, file \u00e4.c] Optional[1]Optional.empty");
    }

    @Test
    void theNextPartWaitsForTheStageOfTheOneBefore() throws IOException {
        List<CompletableFuture<String>> stages = new ArrayList<>();
        HttpHandler handler =
                reading(
                        LIMITS,
                        part -> {
                            seen.add(part.name());
                            stages.add(new CompletableFuture<>());
                            return stages.getLast();
                        });
        try (var fixture = HttpFixture.serve(handler);
                RawHttp client = fixture.connect()) {
            client.send(form("", "x".repeat(200_000), "", "b"));
            fixture.until(() -> stages.size() == 1);
            fixture.turns();
            assertThat(seen).containsExactly("part0");
            stages.get(0).complete("skipped");
            fixture.until(() -> stages.size() == 2);
            stages.get(1).complete("too");
            assertThat(client.answer().text()).isEqualTo("[skipped, too]");
        }
    }

    @Test
    void aPartThatIsNotReadHoldsTheClientBack() throws IOException {
        int size = 20_000_000;
        List<FormPart> parts = new ArrayList<>();
        List<Long> read = new ArrayList<>();
        HttpHandler handler =
                (request, response) ->
                        Multipart.read(
                                        request,
                                        part -> {
                                            parts.add(part);
                                            return new CompletableFuture<String>();
                                        })
                                .thenAccept(results -> response.end());
        try (var fixture = HttpFixture.serve(handler);
                RawHttp client = fixture.connect()) {
            Thread.startVirtualThread(() -> {
                try {
                    client.send(form("", "x".repeat(size)));
                } catch (IOException e) {
                    // The end of the test.
                }
            });
            fixture.until(() -> parts.size() == 1);
            fixture.until(() -> {
                read.add(fixture.server().net().connections().iterator().next().bytesRead());
                int last = read.size() - 1;
                return last > 1000 && read.get(last).equals(read.get(last - 1000));
            });
            assertThat(read.getLast()).isLessThan(1_000_000);
        }
    }

    @Test
    void aPartIsAStream() throws IOException {
        String content = "x".repeat(300_000);
        HttpHandler handler =
                (request, response) ->
                        Multipart.read(
                                request,
                                part -> {
                                    CompletableFuture<String> done = new CompletableFuture<>();
                                    part.pause();
                                    request.loop().setImmediate(part::resume);
                                    part.onClose(() -> done.complete("")).pipeTo(response);
                                    return done;
                                });
        assertThat(post(handler, form("f", content)).text()).isEqualTo(content);
    }

    @Test
    void whatAPartDoesNotReadIsSkipped() throws IOException {
        HttpHandler handler =
                reading(
                        LIMITS,
                        part -> {
                            if (part.name().equals("part1")) {
                                return part.text(10);
                            }
                            part.destroy();
                            return CompletableFuture.completedFuture("dropped");
                        });
        assertThat(post(handler, form("", "x".repeat(200_000), "", "b", "", "c")).text())
                .isEqualTo("[dropped, b, dropped]");
    }

    @Test
    void limitsAreInclusive() throws IOException {
        Function<FormPart, CompletionStage<String>> use = part -> part.text(4);
        assertThat(post(reading(LIMITS, use), form("", "four")).status()).isEqualTo(200);
        Answer fifth = post(reading(LIMITS, use), form("", "fiver"));
        assertThat(fifth.status()).isEqualTo(413);
        assertThat(fifth.text()).isEqualTo("the part part0 of the form is longer than 4 bytes\n");
        expect(LIMITS.withMaxPartBytes(4), form("", "four"), form("", "fiver"), 413);
        expect(LIMITS.withMaxParts(1), form("", "a"), form("", "a", "", "b"), 413);
        int length = body("", "abcd").length();
        expect(LIMITS.withMaxBytes(length), form("", "abcd"), form("", "abcde"), 413);
        int head = (DISPOSITION + "0\"\r\n\r\n").length();
        expect(LIMITS.withMaxHeadBytes(head), form("", "a"), form("f", "a"), 431);
    }

    private static void expect(Multipart.Limits limits, String within, String beyond, int status)
            throws IOException {
        HttpHandler handler = reading(limits, part -> part.text(100));
        assertThat(post(handler, within).status()).isEqualTo(200);
        assertThat(post(handler, beyond).status()).isEqualTo(status);
        String chunked =
                beyond.replaceFirst("Content-Length: \\d+", "Transfer-Encoding: chunked")
                        .replaceFirst(
                                "(?s)\r\n\r\n.*",
                                "\r\n\r\n" + Integer.toHexString(bodyOf(beyond).length()) + "\r\n");
        chunked += bodyOf(beyond) + "\r\n0\r\n\r\n";
        assertThat(post(handler, chunked).status()).as("chunked").isEqualTo(status);
    }

    private static String bodyOf(String request) {
        return request.substring(request.indexOf("\r\n\r\n") + 4);
    }

    @Test
    void whatIsNoFormIsRefused() throws IOException {
        for (String type :
                List.of("text/plain", "multipart/mixed; boundary=b", "multipart/form-datax")) {
            String request = form("", "a").replace("multipart/form-data; boundary=b", type);
            assertThat(post(request).status()).as(type).isEqualTo(415);
        }
        for (String boundary :
                List.of(
                        "",
                        "; boundary=",
                        "; boundary=\"b \"",
                        "; boundary=\"a\u00e4\"",
                        "; boundary=b; boundary=c",
                        "; boundary=" + "b".repeat(71))) {
            String request = form("", "a").replace("; boundary=b", boundary);
            assertThat(post(request).status()).as(boundary).isEqualTo(400);
        }
        String quoted = form("", "a").replace("boundary=b", "BOUNDARY=\"b\"");
        assertThat(post(quoted).status()).isEqualTo(200);
    }

    @Test
    void headsThatCanNotBeReadAreRefused() throws IOException {
        String good = "Content-Disposition: form-data; name=x";
        assertThat(post(request("--b\r\n" + good + "\r\n\r\n\r\n--b--")).status()).isEqualTo(200);
        for (String bad :
                List.of(
                        "X: y",
                        good + "\r\n" + good,
                        good + "\r\n folded",
                        good + "\nX: y",
                        good + "\rX: y",
                        good + "\0",
                        good + "\r\nno colon",
                        good + "\r\nbad name: x",
                        good + "\u00ff",
                        "Content-Disposition: attachment; name=x",
                        "Content-Disposition: form-data",
                        "Content-Disposition: form-data; name=x; name=y",
                        "Content-Disposition: form-data; name=\"x",
                        good + "; filename=a; filename=b",
                        good + "\r\nContent-Transfer-Encoding: base64")) {
            Answer answer = post(request("--b\r\n" + bad + "\r\n\r\n\r\n--b--"));
            assertThat(answer.status()).as(bad).isEqualTo(400);
            assertThat(answer.text()).contains("a part of the form can't be read");
        }
    }

    @Test
    void aFormThatBreaksOffIsNoForm() throws IOException {
        String whole = body("", "abc");
        for (int cut : new int[] {0, 1, 4, 30, whole.length() - 8, whole.length() - 3}) {
            Answer answer = post(request(whole.substring(0, cut)));
            assertThat(answer.status()).as("cut at " + cut).isEqualTo(400);
        }
        assertThat(post(request(whole.substring(0, whole.length() - 2))).status()).isEqualTo(200);
    }

    @Test
    void whatAPartsUserThrowsIsTheHandlersFailure() throws IOException {
        Function<FormPart, CompletionStage<String>> atOnce =
                part -> {
                    throw new IllegalStateException("at once");
                };
        Function<FormPart, CompletionStage<String>> inListener =
                part -> {
                    part.onData(data -> {
                        throw new IllegalStateException("in a listener");
                    });
                    return new CompletableFuture<>();
                };
        Function<FormPart, CompletionStage<String>> later =
                part -> part.text(10).thenApply(text -> text.substring(99));
        for (var use : List.of(atOnce, inListener, later)) {
            try (var fixture = HttpFixture.serve(reading(LIMITS, use));
                    RawHttp client = fixture.connect()) {
                assertThat(client.send(form("", "abc")).answer().status()).isEqualTo(500);
                assertThat(fixture.handlerErrorCount()).isEqualTo(1);
            }
        }
    }

    @Test
    void aResponseBeforeTheFormIsReadIsNoFailure() throws IOException {
        List<CompletionStage<?>> forms = new ArrayList<>();
        HttpHandler handler =
                (request, response) -> {
                    forms.add(
                            Multipart.read(
                                    request,
                                    part -> {
                                        part.onError(error -> seen.add("error"));
                                        response.status(403).end("no");
                                        return new CompletableFuture<String>();
                                    }));
                };
        try (var fixture = HttpFixture.serve(handler)) {
            try (RawHttp client = fixture.connect()) {
                client.send(form("", "x".repeat(200_000)));
                assertThat(client.answer().status()).isEqualTo(403);
            }
            fixture.untilEmpty();
            fixture.until(() -> seen.contains("error"));
            assertThat(forms.getFirst().toCompletableFuture()).isCancelled();
            assertThat(fixture.handlerErrorCount()).isZero();
        }
    }

    @Test
    void limitsAreChecked() {
        assertThatThrownBy(() -> LIMITS.withMaxParts(-1)).hasMessageContaining("maxParts is -1");
        assertThatThrownBy(() -> LIMITS.withMaxHeadBytes(0)).hasMessageContaining("use 1 or more");
        assertThatThrownBy(() -> LIMITS.withMaxPartBytes(-1))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> LIMITS.withMaxBytes(-1))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
