package dev.millrace.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Bytes of a response that are changed on their way. */
class BodyCodingTest {
    private final List<String> journal = new ArrayList<>();

    // @start region="coding"
    /** Says everything twice. */
    private record Doubling(BodyCoding.Outlet outlet, List<String> journal)
            implements BodyCoding.Coder {
        @Override
        public void write(byte[] array, int offset, int length, boolean isLent) {
            outlet.send(array, offset, length);
            outlet.send(array, offset, length);
            outlet.taken(length);
        }

        @Override
        public void end() {
            outlet.end();
        }

        @Override
        public void resume() {}

        @Override
        public void close() {
            journal.add("closed");
        }
    }

    private void doubled(ServerResponse response) {
        response.coding((asked, length, outlet) -> {
            journal.add("length " + length);
            asked.removeHeader("Content-Length").header("X-Doubled", "yes");
            return new Doubling(outlet, journal);
        });
    }

    // @end

    /** Keeps all of it until the end. */
    private record Keeping(BodyCoding.Outlet outlet, List<byte[]> kept)
            implements BodyCoding.Coder {
        @Override
        public void write(byte[] array, int offset, int length, boolean isLent) {
            kept.add(java.util.Arrays.copyOfRange(array, offset, offset + length));
        }

        @Override
        public void end() {
            outlet.later(() -> {
                for (byte[] bytes : kept) {
                    outlet.send(bytes, 0, bytes.length);
                    outlet.taken(bytes.length);
                }
                outlet.end();
            });
        }

        @Override
        public void resume() {}

        @Override
        public void close() {
            kept.clear();
        }
    }

    @Test
    void whatIsWrittenAndWhatIsEndedAtOncePassThroughIt() throws IOException {
        HttpHandler handler =
                (request, response) -> {
                    doubled(response);
                    if (request.rawPath().equals("/whole")) {
                        response.end("abc");
                    } else {
                        response.header("Content-Length", "2");
                        response.write("a");
                        response.end("b");
                    }
                };
        try (HttpFixture server = HttpFixture.serve(handler);
                RawHttp client = server.connect()) {
            RawHttp.Answer whole = client.send(RawHttp.get("/whole")).answer();
            assertThat(whole.text()).isEqualTo("abcabc");
            assertThat(whole.header("X-Doubled")).isEqualTo("yes");
            assertThat(whole.header("Transfer-Encoding")).isEqualTo("chunked");
            assertThat(client.send(RawHttp.get("/pieces")).answer().text()).isEqualTo("aabb");
            RawHttp.Answer head =
                    client.send("HEAD /whole HTTP/1.1\r\nHost: a\r\n\r\n").answer(false);
            assertThat(head.header("X-Doubled")).isEqualTo("yes");
            assertThat(server.onLoop(() -> List.copyOf(journal)))
                    .containsExactly(
                            "length 3", "closed", "length -1", "closed", "length 3", "closed");
        }
    }

    /** What is held counts for the writer, and the responses behind it wait. */
    @Test
    void whatIsHeldCountsAndKeepsTheOrder() throws IOException {
        List<Boolean> answers = new ArrayList<>();
        HttpHandler handler =
                (request, response) -> {
                    if (request.rawPath().equals("/held")) {
                        response.coding(
                                (asked, length, outlet) -> new Keeping(outlet, new ArrayList<>()));
                        answers.add(response.write(new byte[60_000]));
                        answers.add(response.write(new byte[6_000]));
                        response.onDrain(() -> journal.add("drain"));
                        response.onFinish(() -> journal.add("finish"));
                        response.end();
                        journal.add("ended");
                    } else {
                        response.end("next");
                    }
                };
        try (HttpFixture server = HttpFixture.serve(handler);
                RawHttp client = server.connect()) {
            client.send(RawHttp.get("/held") + RawHttp.get("/"));
            assertThat(client.answer().body()).hasSize(66_000);
            assertThat(client.answer().text()).isEqualTo("next");
            assertThat(answers).containsExactly(true, false);
            assertThat(server.onLoop(() -> List.copyOf(journal)))
                    .containsExactly("ended", "drain", "finish");
        }
    }

    @Test
    void aFailureBeforeTheHeadIsNotChanged() throws IOException {
        HttpHandler handler =
                (request, response) -> {
                    doubled(response);
                    throw new IllegalStateException("broken");
                };
        try (HttpFixture server = HttpFixture.serve(handler);
                RawHttp client = server.connect()) {
            RawHttp.Answer answer = client.get();
            assertThat(answer.status()).isEqualTo(500);
            assertThat(answer.text()).isEqualTo("500 Internal Server Error\n");
            assertThat(answer.has("X-Doubled")).isFalse();
            assertThat(server.onLoop(() -> List.copyOf(journal))).isEmpty();
        }
    }

    @Test
    void aPeerThatLeavesClosesIt() throws IOException {
        HttpHandler handler =
                (request, response) -> {
                    doubled(response);
                    response.write("a");
                };
        try (HttpFixture server = HttpFixture.serve(handler);
                RawHttp client = server.connect()) {
            client.send(RawHttp.get("/")).line();
            client.reset();
            server.until(() -> journal.contains("closed"));
            assertThat(server.onLoop(() -> List.copyOf(journal)))
                    .containsExactly("length -1", "closed");
        }
    }

    /** Work for a response that can't leave yet would be memory and time in advance. */
    @Test
    void onlyTheFirstResponseDueIsReady() throws IOException {
        List<BodyCoding.Outlet> outlets = new ArrayList<>();
        List<ServerResponse> responses = new ArrayList<>();
        HttpHandler handler =
                (request, response) -> {
                    response.coding((asked, length, outlet) -> {
                        outlets.add(outlet);
                        return new Keeping(outlet, new ArrayList<>());
                    });
                    response.write(request.rawPath());
                    responses.add(response);
                };
        try (HttpFixture server = HttpFixture.serve(handler);
                RawHttp client = server.connect()) {
            client.send(RawHttp.get("/a") + RawHttp.get("/b"));
            server.until(() -> outlets.size() == 2);
            assertThat(server.onLoop(() -> outlets.getFirst().isReady())).isTrue();
            assertThat(server.onLoop(() -> outlets.getLast().isReady())).isFalse();
            server.run(() -> responses.getLast().end());
            server.run(() -> responses.getFirst().end());
            assertThat(client.answer().text()).isEqualTo("/a");
            assertThat(client.answer().text()).isEqualTo("/b");
        }
    }
}
