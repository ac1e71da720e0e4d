package dev.millrace.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.conformance.ServerProcess;
import dev.millrace.http.wire.RequestMutator;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Mutated requests and random bytes at {@code reflect}: it lives, every answer is whole and well
 * formed, and no descriptor stays behind. A Unix socket carries them, because hundreds of thousands
 * of TCP connections would leave as many ports in TIME_WAIT.
 */
@Timeout(600)
class ReflectStormTest {
    private static final int CLIENTS = 4;
    private static final int RANDOM_BYTES = 64 << 20;
    private static final int RANDOM_PIECE = 64 << 10;
    private static final Pattern HEAD =
            Pattern.compile("HTTP/1\\.1 (\\d{3}) [ -~]*\r\n((?:[!-9;-~]+: [ -~]*\r\n)*)\r\n");
    private static final Pattern LENGTH = Pattern.compile("(?i)(?:^|\n)content-length: (\\d+)\r\n");
    private static final List<byte[]> CORPUS =
            List.of(
                    ascii("GET / HTTP/1.1\r\nHost: a\r\n\r\n"),
                    ascii(
                            "GET /x?y=1 HTTP/1.1\r\nHost: a:80\r\nAccept: */*\r\nUser-Agent: t\r\n\r\n"),
                    ascii("POST /p HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello"),
                    ascii(
                            "POST /c HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
                                    + "5\r\nhello\r\n3;e=1\r\nabc\r\n0\r\nX-T: 1\r\n\r\n"),
                    ascii("HEAD / HTTP/1.1\r\nHost: a\r\n\r\nGET /2 HTTP/1.1\r\nHost: a\r\n\r\n"),
                    ascii(
                            "PUT /e HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\n"
                                    + "Content-Length: 3\r\n\r\nabc"),
                    ascii("OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n"),
                    ascii("GET http://b/z HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"),
                    ascii("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n"));

    @TempDir Path folder;

    @Test
    void aFewThousandMutatedRequests() throws Exception {
        assertThat(storm(4_000)).isGreaterThan(1_000);
    }

    @Test
    @Tag("faults")
    void twoHundredThousandMutatedRequests() throws Exception {
        assertThat(storm(200_000)).isGreaterThan(50_000);
    }

    @Test
    @Tag("faults")
    void sixtyFourMebibytesOfRandomBytes() throws Exception {
        try (ServerProcess server = start()) {
            long before = server.descriptors();
            Random random = new Random(7);
            byte[] piece = new byte[RANDOM_PIECE];
            for (int sent = 0; sent < RANDOM_BYTES; sent += RANDOM_PIECE) {
                random.nextBytes(piece);
                checkAnswers(exchange(piece));
            }
            assertThat(server.isAlive()).isTrue();
            assertDescriptors(server, before);
        }
    }

    /** How many answers came. */
    private int storm(int requests) throws Exception {
        try (ServerProcess server = start();
                ExecutorService clients = Executors.newFixedThreadPool(CLIENTS)) {
            long before = server.descriptors();
            List<Callable<Integer>> work = new ArrayList<>();
            for (int client = 0; client < CLIENTS; client++) {
                long seed = 1000 + client;
                work.add(() -> mutated(seed, requests / CLIENTS));
            }
            int answers = 0;
            for (Future<Integer> done : clients.invokeAll(work)) {
                answers += done.get();
            }
            assertThat(server.isAlive()).isTrue();
            assertDescriptors(server, before);
            return answers;
        }
    }

    private int mutated(long seed, int count) throws IOException {
        RequestMutator mutator = new RequestMutator(seed, CORPUS);
        int answers = 0;
        for (int at = 0; at < count; at++) {
            byte[] message = mutator.next();
            try {
                answers += checkAnswers(exchange(message));
            } catch (AssertionError | IOException e) {
                throw new AssertionError(
                        "seed " + seed + ", message " + at + ": " + e.getMessage(), e);
            }
        }
        return answers;
    }

    /**
     * The JVM opens jars and random devices when it first needs them: let it, before they are
     * counted.
     */
    private ServerProcess start() throws IOException {
        ServerProcess server = ServerProcess.cli("reflect", "--unix", path().toString());
        RequestMutator mutator = new RequestMutator(1, CORPUS);
        for (int at = 0; at < 200; at++) {
            checkAnswers(exchange(mutator.next()));
        }
        return server;
    }

    private Path path() {
        return folder.resolve("reflect.sock");
    }

    /** Sends the bytes, ends our side, and reads to the end. */
    private byte[] exchange(byte[] message) throws IOException {
        try (SocketChannel channel = SocketChannel.open(UnixDomainSocketAddress.of(path()))) {
            try {
                ByteBuffer out = ByteBuffer.wrap(message);
                while (out.hasRemaining()) {
                    channel.write(out);
                }
                channel.shutdownOutput();
            } catch (IOException refusedEarly) {
                // It may answer and close before it has read all of what it refuses.
            }
            ByteArrayOutputStream answer = new ByteArrayOutputStream();
            ByteBuffer in = ByteBuffer.allocate(8192);
            try {
                while (channel.read(in) >= 0) {
                    answer.write(in.array(), 0, in.position());
                    in.clear();
                }
            } catch (IOException reset) {
                answer.write(in.array(), 0, in.position());
            }
            return answer.toByteArray();
        }
    }

    /**
     * The bytes are zero or more whole answers; how many. The body of an answer to HEAD is absent.
     */
    private static int checkAnswers(byte[] bytes) {
        String text = new String(bytes, StandardCharsets.ISO_8859_1);
        int at = 0;
        int answers = 0;
        while (at < text.length()) {
            Matcher head = HEAD.matcher(text);
            head.region(at, text.length());
            assertThat(head.lookingAt()).as("an answer at %d of %s", at, text).isTrue();
            at = head.end();
            int status = Integer.parseInt(head.group(1));
            if (status >= 200) {
                answers++;
                Matcher length = LENGTH.matcher(head.group(2));
                int body = length.find() ? Integer.parseInt(length.group(1)) : 0;
                boolean isHeadAnswer = text.startsWith("HTTP/1.1 ", at) || at == text.length();
                at = isHeadAnswer ? at : at + body;
                assertThat(at)
                        .as("the end of a body in %s", text)
                        .isLessThanOrEqualTo(text.length());
            }
        }
        return answers;
    }

    /** Closing takes a moment; each further round trip gives the server a turn. */
    private void assertDescriptors(ServerProcess server, long expected) throws IOException {
        Instant deadline = Instant.now().plus(Duration.ofSeconds(20));
        while (server.descriptors() > expected && Instant.now().isBefore(deadline)) {
            checkAnswers(exchange(CORPUS.getFirst()));
        }
        assertThat(server.descriptors()).isLessThanOrEqualTo(expected);
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}
