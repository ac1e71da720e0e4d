package dev.millrace.conformance.abuse;

import dev.millrace.conformance.ServerProcess;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * Very many that read a large response slowly (rows X44, X52): none costs much memory, others are
 * served, and those that go on to the end get the right bytes.
 */
final class Readers {
    private static final double GROWTH_MAX_MIB = 150;
    private static final double P99_MAX_MILLIS = 50;
    private static final int RECEIVE_BYTES = 16 << 10;
    private static final int SIPPED_BYTES = 2 << 10;
    private static final long STEP_NANOS = 200_000_000;
    private static final int TICK_MILLIS = 20;
    private static final int SAMPLE = 5;
    private static final ByteBuffer REQUEST =
            ByteBuffer.wrap(
                    "GET /read HTTP/1.1\r\nHost: a\r\n\r\n".getBytes(StandardCharsets.US_ASCII));

    private Readers() {}

    static List<Figure> files(Stage stage) throws IOException {
        try (ServerProcess server = stage.command("serve")) {
            return play(stage, server);
        }
    }

    static List<Figure> handlers(Stage stage) throws IOException {
        try (ServerProcess server = stage.handlers()) {
            return play(stage, server);
        }
    }

    private static List<Figure> play(Stage stage, ServerProcess server) throws IOException {
        Scale scale = stage.scale();
        long checksum = Place.checksumOfPieces(scale.readBytes());
        List<Sipping> readers = new ArrayList<>();
        double mibBefore = server.residentKib() / 1024.0;
        long ended;
        Probe probe = Probe.begin(server.port(), "/small");
        try (probe;
                Crowd crowd = new Crowd(server.port(), RECEIVE_BYTES, TICK_MILLIS)) {
            for (int count = 0; count < scale.readers(); count++) {
                readers.add(new Sipping());
                crowd.add(readers.getLast());
            }
            crowd.run(scale.silence().plus(scale.reading()), () -> false);
            ended = readers.stream().filter(Visitor::hasEnded).count();
            List<Sipping> sample = readers.subList(0, SAMPLE);
            readers.subList(SAMPLE, readers.size()).forEach(Visitor::leave);
            sample.forEach(one -> one.read(true));
            crowd.run(
                    scale.reading().multipliedBy(10),
                    () -> sample.stream().allMatch(one -> one.checksum != 0 || one.hasEnded()));
        }
        long wrong =
                readers.subList(0, SAMPLE).stream().filter(one -> one.checksum != checksum).count();
        return List.of(
                new Figure(
                        "grown MiB", server.residentPeakKib() / 1024.0 - mibBefore, GROWTH_MAX_MIB),
                probe.p99(P99_MAX_MILLIS),
                probe.failures(),
                new Figure("cut", ended, 0),
                new Figure("wrong of " + SAMPLE, wrong, 0));
    }

    /** Reads a little now and then, until it is told to read everything. */
    private static final class Sipping extends Visitor {
        private final ByteBuffer room = ByteBuffer.allocate(SIPPED_BYTES);
        private final ResponseReader reader =
                new ResponseReader((status, length, sum) -> checksum(sum));
        private long steppedNanos = System.nanoTime();
        private boolean isSipping = true;
        private long checksum;

        private void checksum(long sum) {
            checksum = sum;
        }

        @Override
        void connected() {
            read(false);
            send(REQUEST.duplicate());
        }

        @Override
        void received(ByteBuffer bytes) {
            reader.read(bytes);
        }

        @Override
        void tick(long nowNanos) {
            if (isSipping && nowNanos - steppedNanos >= STEP_NANOS) {
                steppedNanos = nowNanos;
                readSome(room);
            }
        }
    }
}
