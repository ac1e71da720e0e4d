package dev.millrace.sim;

import dev.millrace.loop.Loop;
import dev.millrace.net.NetSocket;
import dev.millrace.net.NetSocketOptions;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/** A client that pipelines requests in raw bytes, cut anywhere, and compares every answer. */
final class HttpGuest {
    private enum Leaving {
        /** Ends its side after the last request, which still wants its answer (row J2). */
        HALF_CLOSE,
        /** Says so in the last request. */
        CONNECTION_CLOSE,
        /** Waits until the server has lost its patience. */
        IDLE,
        DESTROY
    }

    private final Scenario scenario;
    private final Loop loop;
    private final Oracle oracle;
    private final SplittableRandom random;
    private final int id;
    private final Witness witness;
    private final Leaving leaving;
    private final ByteArrayOutputStream requests = new ByteArrayOutputStream();
    private final List<byte[]> expected = new ArrayList<>();
    private final ByteArrayOutputStream answers = new ByteArrayOutputStream();
    private final NetSocket socket;
    private final @Nullable SimSocket port;
    private int sent;

    HttpGuest(Scenario scenario, int id) {
        this.scenario = scenario;
        this.loop = scenario.loop();
        this.oracle = scenario.oracle();
        this.random = scenario.random().split();
        this.id = id;
        this.witness = scenario.witness(id, "http guest");
        this.leaving = Leaving.values()[random.nextInt(Leaving.values().length)];
        this.socket =
                NetSocket.connect(
                        loop,
                        Scenario.HTTP,
                        NetSocketOptions.DEFAULTS.withAllowHalfOpen(leaving == Leaving.HALF_CLOSE));
        this.port = scenario.lastPort();
    }

    void start() {
        int count = 1 + random.nextInt(6);
        for (int number = 0; number < count; number++) {
            addRequest(number, number == count - 1);
        }
        Talker.witness(socket, witness, this::closed);
        socket.onConnect(witness::connected).onEnd(witness::ended);
        socket.onBytes((array, offset, length) -> {
            witness.data(length);
            answers.write(array, offset, length);
            return length;
        });
        if (leaving == Leaving.DESTROY) {
            loop.setTimeout(Duration.ofNanos(random.nextInt(20_000_000)), this::destroy);
        }
        send();
    }

    private void destroy() {
        if (!socket.isDestroyed()) {
            witness.destroyed();
            socket.destroy();
        }
    }

    private void addRequest(int number, boolean isLast) {
        boolean isPost = random.nextInt(3) == 0;
        int length = random.nextInt(1 << random.nextInt(14));
        byte[] body = HttpHost.body(id, number, length);
        expected.add(body);
        line((isPost ? "POST /" : "GET /") + id + "/" + number + "/" + length + " HTTP/1.1");
        line("Host: sim");
        if (isLast && leaving == Leaving.CONNECTION_CLOSE) {
            line("Connection: close");
        }
        if (!isPost) {
            line("");
        } else if (random.nextBoolean()) {
            line("Content-Length: " + length);
            line("");
            requests.write(body, 0, length);
        } else {
            line("Transfer-Encoding: chunked");
            line("");
            addChunks(body);
        }
    }

    private void addChunks(byte[] body) {
        for (int at = 0; at < body.length; ) {
            int length = Math.min(body.length - at, 1 + random.nextInt(2000));
            line(Integer.toHexString(length));
            requests.write(body, at, length);
            line("");
            at += length;
        }
        line("0");
        line("");
    }

    private void line(String text) {
        requests.writeBytes((text + "\r\n").getBytes(StandardCharsets.ISO_8859_1));
    }

    private void send() {
        byte[] all = requests.toByteArray();
        while (sent < all.length && !socket.isDestroyed()) {
            int length = Math.min(all.length - sent, 1 + random.nextInt(1 << random.nextInt(14)));
            boolean isBelowMark = socket.write(all, sent, length);
            sent += length;
            if (!isBelowMark || random.nextInt(3) == 0) {
                loop.setTimeout(Duration.ofNanos(random.nextInt(1_000_000)), this::send);
                return;
            }
        }
        if (leaving == Leaving.HALF_CLOSE && !socket.isDestroyed()) {
            socket.end();
        }
    }

    private void closed() {
        boolean isUndisturbed =
                leaving != Leaving.DESTROY && port != null && port.fate == Fate.WHOLE;
        AnswerReader reader = new AnswerReader(answers.toByteArray());
        int complete = 0;
        byte[] body = reader.next();
        while (body != null) {
            boolean isRight =
                    complete < expected.size()
                            && java.util.Arrays.equals(body, expected.get(complete))
                            && reader.number() == complete;
            oracle.require(isRight, witness.who(), "answer " + complete + " is another's");
            complete++;
            body = reader.next();
        }
        oracle.require(reader.complaint() == null, witness.who(), "answered " + reader.complaint());
        if (isUndisturbed) {
            oracle.require(witness.error() == null, witness.who(), "undisturbed, but " + witness);
            oracle.require(
                    complete == expected.size() && reader.isAtEnd(),
                    witness.who(),
                    complete + " answers of " + expected.size() + ", " + witness);
        }
        scenario.left();
    }
}
