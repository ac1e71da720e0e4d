package dev.millrace.conformance.abuse;

import dev.millrace.conformance.ServerProcess;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Requests with too much of something, from clients that go on sending until they have their
 * response: each of them reads the whole of it, and then the end (rows X30, R48).
 */
final class Oversized {
    private static final int AT_A_TIME = 50;
    private static final int MORE_BYTES = 64 << 10;
    private static final long SENT_MAX_BYTES = 32 << 20;
    private static final int TICK_MILLIS = 5;
    private static final Duration DEADLINE = Duration.ofSeconds(30);

    /**
     * A request that never ends.
     *
     * @param command that serves it
     * @param head its beginning
     * @param status what it gets
     */
    private record Kind(String command, String head, int status) {}

    private static final List<Kind> KINDS =
            List.of(
                    new Kind("serve", "GET /small HTTP/1.1\r\nHost: a\r\nX-a: ", 431),
                    new Kind("serve", "GET /", 414),
                    new Kind(
                            "serve",
                            "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 99999999999\r\n\r\n",
                            413),
                    new Kind(
                            "reflect",
                            "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5;a=",
                            413));

    private Oversized() {}

    static List<Figure> play(Stage stage) throws IOException {
        int missing = 0;
        int ends = 0;
        for (Kind kind : KINDS) {
            try (ServerProcess server = stage.command(kind.command, "--max-body=1m")) {
                int left = stage.scale().oversized();
                while (left > 0) {
                    List<Sender> senders = batch(server, kind, Math.min(left, AT_A_TIME));
                    missing += (int) senders.stream().filter(one -> !one.isWhole).count();
                    ends += (int) senders.stream().filter(one -> one.failure() != null).count();
                    left -= senders.size();
                }
            }
        }
        return List.of(
                new Figure(
                        "of " + KINDS.size() * stage.scale().oversized() + " missing", missing, 0),
                new Figure("reset", ends, 0));
    }

    private static List<Sender> batch(ServerProcess server, Kind kind, int count)
            throws IOException {
        List<Sender> senders = new ArrayList<>();
        try (Crowd crowd = new Crowd(server.port(), 0, TICK_MILLIS)) {
            for (int number = 0; number < count; number++) {
                senders.add(new Sender(kind));
                crowd.add(senders.getLast());
            }
            crowd.run(DEADLINE, () -> senders.stream().allMatch(Visitor::hasEnded));
        }
        return senders;
    }

    /** Sends until it has its response. */
    private static final class Sender extends Visitor {
        private static final byte[] MORE = new byte[MORE_BYTES];

        static {
            Arrays.fill(MORE, (byte) 'a');
        }

        private final Kind kind;
        private final ResponseReader reader = new ResponseReader(this::responded);
        private long sentBytes;
        private boolean isWhole;

        Sender(Kind kind) {
            this.kind = kind;
        }

        @Override
        void connected() {
            send(ByteBuffer.wrap(kind.head.getBytes(StandardCharsets.US_ASCII)));
        }

        @Override
        void sent() {
            if (!isWhole && sentBytes < SENT_MAX_BYTES) {
                sentBytes += MORE.length;
                send(ByteBuffer.wrap(MORE));
            }
        }

        @Override
        void received(ByteBuffer bytes) {
            reader.read(bytes);
        }

        private void responded(int status, long length, long checksum) {
            isWhole = status == kind.status;
            send(ByteBuffer.allocate(0));
        }
    }
}
