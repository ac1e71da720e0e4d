package dev.millrace.web;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.http.ClientResponse;
import dev.millrace.http.HttpClient;
import dev.millrace.http.HttpServer;
import dev.millrace.loop.Loop;
import dev.millrace.testing.LoopFixture;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.function.BiConsumer;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Bodies of responses that a client got, whose coding is taken away, within limits. */
@Timeout(30)
@Tag("X56")
class DecodedResponseTest {
    private static final int MIB = 1 << 20;
    private static final DecodingLimits LIMITS = new DecodingLimits(MIB, 50, 2);

    private final List<String> told = new ArrayList<>();

    private static byte[] gzip(byte[] bytes) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (OutputStream gzip = new GZIPOutputStream(out)) {
            gzip.write(bytes);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
        return out.toByteArray();
    }

    /** Gives {@code body} with {@code coding} to a client, and its response to {@code test}. */
    private void ask(String coding, byte[] body, BiConsumer<Loop, ClientResponse> test) {
        LoopFixture.run(loop -> {
            HttpServer server =
                    HttpServer.create(
                            loop,
                            (request, response) ->
                                    response.header("Content-Encoding", coding).end(body));
            HttpClient client = HttpClient.create(loop);
            server.onListening(() ->
                    client.get("http://127.0.0.1:" + server.port() + "/")
                            .thenAccept(response -> {
                                response.onClose(() -> {
                                    told.add(client.freeSocketCount() + " free");
                                    client.close();
                                    server.close();
                                });
                                test.accept(loop, response);
                            }));
            server.listen(0, "127.0.0.1");
        });
    }

    private void decode(String coding, byte[] body) {
        ask(
                coding,
                body,
                (loop, response) ->
                        DecodedBody.of(loop, response, LIMITS)
                                .bytes()
                                .whenComplete((bytes, error) ->
                                        told.add(
                                                error == null
                                                        ? new String(bytes, StandardCharsets.UTF_8)
                                                        : "failed: " + error.getMessage())));
    }

    @Test
    void aResponseIsDecodedAndItsConnectionIsKept() {
        decode("gzip", gzip("hello".getBytes(StandardCharsets.UTF_8)));
        assertThat(told).containsExactlyInAnyOrder("hello", "1 free");
    }

    /** As it came. */
    @Test
    void aResponseWithoutACodingIsGivenAsItIs() {
        decode("identity", "hello".getBytes(StandardCharsets.UTF_8));
        assertThat(told).containsExactlyInAnyOrder("hello", "1 free");
    }

    /** Of the connection nothing more is read. */
    @Test
    void aBombIsCutOffByItsRatio() {
        decode("gzip", gzip(new byte[64 * MIB]));
        assertThat(told).hasSize(2).contains("0 free");
        assertThat(told.toString()).contains("failed: ", "more than 50 times as long");
    }

    @Test
    void aBombOfSeveralCodingsIsCutOff() {
        decode("gzip, gzip", gzip(gzip(new byte[64 * MIB])));
        assertThat(told).hasSize(2).contains("0 free");
        assertThat(told.toString()).contains("failed: ", "times as long");
    }

    @Test
    void aBodyThatIsLongerThanTheLimitIsCutOff() {
        byte[] noise = new byte[MIB + 1];
        new Random(7).nextBytes(noise);
        decode("gzip", gzip(noise));
        assertThat(told).hasSize(2).contains("0 free");
        assertThat(told.toString()).contains("failed: ", "longer than " + MIB + " bytes");
    }

    @Test
    void aBodyThatIsCutOffOrUnknownIsAnError() {
        byte[] whole = gzip("hello".getBytes(StandardCharsets.UTF_8));
        decode("gzip", Arrays.copyOf(whole, whole.length - 3));
        assertThat(told.toString()).contains("failed: ", "it is cut off");
        told.clear();
        decode("br", whole);
        assertThat(told.toString()).contains("failed: ", "br");
    }

    /** It belongs to the loop's thread. */
    @Test
    @Tag("X82")
    void anotherThreadIsRefused() {
        ask(
                "gzip",
                gzip(new byte[10]),
                (loop, response) -> {
                    DecodedBody body = DecodedBody.of(loop, response, LIMITS);
                    loop.offload(
                                    () -> {
                                        List<Runnable> calls =
                                                List.of(
                                                        body::destroy,
                                                        body::resume,
                                                        body::pause,
                                                        body::bytes,
                                                        () -> body.onEnd(() -> {}),
                                                        () -> body.onClose(() -> {}),
                                                        () -> body.onError(error -> {}),
                                                        () -> body.onData(data -> {}));
                                        for (Runnable call : calls) {
                                            assertThatThrownBy(call::run)
                                                    .isInstanceOf(WrongThreadException.class);
                                        }
                                        return body.toString();
                                    })
                            .thenAccept(text -> {
                                told.add(text);
                                body.resume();
                            });
                });
        assertThat(told).anyMatch(text -> text.matches("DecodedBody\\[\\d+ bytes, open]"));
    }
}
