package dev.millrace.conformance.abuse;

import dev.millrace.conformance.ServerProcess;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * The four modes of slowhttptest (rows X42 to X44): clients that hardly send, or hardly read. All
 * of them are gone in time, as the server's descriptors show, and a good client hardly feels them.
 */
final class Slow {
    private static final double P99_MAX_MILLIS = 100;
    private static final double LATE_MAX_SECONDS = 1;
    private static final int RANGES = 1_200;

    /** A small window, so that little leaves for a client that does not read. */
    private static final int RECEIVE_BYTES = 4 << 10;

    private static final int SIPPED_BYTES = 32;
    private static final long STEP_NANOS = 1_000_000_000;
    private static final int TICK_MILLIS = 20;

    /** What a server has open for a moment beside its connections: files, the probe's next one. */
    private static final int OTHER_DESCRIPTORS = 8;

    private Slow() {}

    static List<Figure> headers(Stage stage) throws IOException {
        return play(stage, "serve", "GET /small HTTP/1.1\r\nHost: a\r\n", "X-a: b\r\n");
    }

    static List<Figure> bodies(Stage stage) throws IOException {
        String head = "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 4096\r\n\r\n";
        return play(stage, "hello", head, "x");
    }

    /** Ranges that overlap, in whose place all of a large file is sent. */
    static List<Figure> ranges(Stage stage) throws IOException {
        String ranges =
                IntStream.range(0, RANGES)
                        .mapToObj(number -> "5-" + number)
                        .collect(Collectors.joining(","));
        String head = "GET /big HTTP/1.1\r\nHost: a\r\nRange: bytes=0-," + ranges + "\r\n\r\n";
        return play(stage, "serve", head, "");
    }

    static List<Figure> reads(Stage stage) throws IOException {
        return play(stage, "serve", "GET /big HTTP/1.1\r\nHost: a\r\n\r\n", "");
    }

    private static List<Figure> play(Stage stage, String command, String head, String more)
            throws IOException {
        Duration timeout = stage.scale().timeout();
        String time = timeout.toMillis() + "ms";
        try (ServerProcess server =
                        stage.command(
                                command,
                                "--header-timeout=" + time,
                                "--request-timeout=" + time,
                                "--write-timeout=" + time,
                                "--send-rate=1k," + time,
                                "--body-rate=100," + time);
                Crowd crowd = new Crowd(server.port(), RECEIVE_BYTES, TICK_MILLIS)) {
            server.settle();
            long before = server.descriptors() + OTHER_DESCRIPTORS;
            double seconds;
            Probe probe = Probe.begin(server.port(), command.equals("hello") ? "/" : "/small");
            List<Visitor> all = new ArrayList<>();
            try (probe) {
                for (int count = 0; count < stage.scale().slow(); count++) {
                    all.add(new SlowClient(head, more));
                    crowd.add(all.getLast());
                }
                crowd.run(timeout, crowd::isComplete);
                long begun = System.nanoTime();
                crowd.run(timeout.multipliedBy(3), () -> server.descriptors() <= before);
                seconds = (System.nanoTime() - begun) / 1e9;
            }
            return List.of(
                    probe.p99(P99_MAX_MILLIS),
                    probe.failures(),
                    new Figure("gone s", seconds, timeout.toMillis() / 1e3 + LATE_MAX_SECONDS),
                    new Figure("left", Math.max(0, server.descriptors() - before), 0),
                    new Figure("MiB", server.residentPeakKib() / 1024.0, 256));
        }
    }

    /** Sends a little, and reads a little, each second. */
    private static final class SlowClient extends Visitor {
        private final ByteBuffer head;
        private final ByteBuffer more;
        private final ByteBuffer room = ByteBuffer.allocate(SIPPED_BYTES);
        private long steppedNanos = System.nanoTime();

        SlowClient(String head, String more) {
            this.head = ByteBuffer.wrap(head.getBytes(StandardCharsets.US_ASCII));
            this.more = ByteBuffer.wrap(more.getBytes(StandardCharsets.US_ASCII));
        }

        @Override
        void connected() {
            // One that sends slowly reads what it gets.
            read(more.hasRemaining());
            send(head);
        }

        @Override
        void tick(long nowNanos) {
            if (nowNanos - steppedNanos < STEP_NANOS) {
                return;
            }
            steppedNanos = nowNanos;
            if (more.hasRemaining()) {
                send(more.duplicate());
            } else {
                readSome(room);
            }
        }
    }
}
