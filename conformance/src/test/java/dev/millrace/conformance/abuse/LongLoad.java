package dev.millrace.conformance.abuse;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.SplittableRandom;

/**
 * The load of {@link LongRun}, in a process that is killed: requests of every kind, on connections
 * that end in every way. Tells each second how many responses came, and how many were wrong.
 */
public final class LongLoad {
    private static final int CONNECTIONS = 100;
    private static final int REQUESTS_MAX = 60;
    private static final int TICK_MILLIS = 2;
    private static final long REPORT_NANOS = 1_000_000_000;

    /** What is asked for, how often of a thousand times, and what comes. */
    private enum Kind {
        SMALL(700, "GET /small", "", 200),
        FILE(144, "GET /f7", "", 200),
        RANGE(40, "GET /f9", "Range: bytes=10-99\r\n", 206),
        UNCHANGED(40, "GET /f3", "If-None-Match: *\r\n", 304),
        NONE(30, "GET /none", "", 404),
        REFUSED(25, "DELETE /f1", "", 405),
        LISTING(20, "GET /few/", "", 200),
        BIG(1, "GET /big", "", 200);

        private final int share;
        private final ByteBuffer bytes;
        private final int status;

        Kind(int share, String line, String field, int status) {
            this.share = share;
            this.status = status;
            String text = line + " HTTP/1.1\r\nHost: a\r\n" + field + "\r\n";
            this.bytes = ByteBuffer.wrap(text.getBytes(StandardCharsets.US_ASCII));
        }

        static Kind of(int thousandth) {
            int rest = thousandth;
            for (Kind kind : values()) {
                rest -= kind.share;
                if (rest < 0) {
                    return kind;
                }
            }
            return SMALL;
        }
    }

    /** How a connection ends. */
    private enum Ending {
        CLOSED,
        RESET,
        RESET_BELOW_A_RESPONSE,
        LEFT_WITHIN_A_REQUEST
    }

    private final Crowd crowd;
    private final double perSecond;
    private final SplittableRandom random;
    private final Deque<Client> idle = new ArrayDeque<>();
    private final long begunNanos = System.nanoTime();
    private long reportedNanos = begunNanos;
    private long asked;
    private long responses;
    private long wrong;

    private LongLoad(int port, double perSecond, long seed) throws IOException {
        this.crowd = new Crowd(port, 0, TICK_MILLIS);
        this.perSecond = perSecond;
        this.random = new SplittableRandom(seed);
    }

    /** The port, requests a second (0 for as many as can be), and a seed. */
    public static void main(String... arguments) throws IOException {
        LongLoad load =
                new LongLoad(
                        Integer.parseInt(arguments[0]),
                        Double.parseDouble(arguments[1]),
                        Long.parseLong(arguments[2]));
        for (int count = 0; count < CONNECTIONS; count++) {
            load.crowd.add(load.new Client());
        }
        // Until it is killed, or that which should is gone.
        load.crowd.run(Duration.ofHours(1), load::isOver);
    }

    private boolean isOver() {
        askOn();
        long now = System.nanoTime();
        if (now - reportedNanos < REPORT_NANOS) {
            return false;
        }
        reportedNanos = now;
        System.out.println(responses + " " + wrong);
        return System.out.checkError();
    }

    private void askOn() {
        double due = (System.nanoTime() - begunNanos) / 1e9 * perSecond;
        while (!idle.isEmpty() && (perSecond == 0 || asked < due)) {
            asked++;
            idle.remove().ask();
        }
    }

    private final class Client extends Visitor {
        private final ResponseReader reader = new ResponseReader(this::responded);
        private final Ending ending = Ending.values()[random.nextInt(Ending.values().length)];
        private Kind kind = Kind.SMALL;
        private int left = 1 + random.nextInt(REQUESTS_MAX);

        @Override
        void connected() {
            idle.add(this);
        }

        private void ask() {
            kind = Kind.of(random.nextInt(1000));
            if (left > 0) {
                send(kind.bytes.duplicate());
                return;
            }
            switch (ending) {
                case RESET_BELOW_A_RESPONSE -> send(Kind.BIG.bytes.duplicate());
                case LEFT_WITHIN_A_REQUEST -> send(Kind.SMALL.bytes.duplicate().limit(9));
                default -> over();
            }
        }

        @Override
        void sent() {
            if (left == 0 && ending == Ending.LEFT_WITHIN_A_REQUEST) {
                over();
            }
        }

        @Override
        void received(ByteBuffer bytes) {
            if (left == 0) {
                over();
                return;
            }
            reader.read(bytes);
        }

        private void responded(int status, long length, long checksum) {
            responses++;
            wrong += status == kind.status ? 0 : 1;
            left--;
            idle.add(this);
            askOn();
        }

        private void over() {
            leave(ending.name().startsWith("RESET"));
            crowd.add(new Client());
        }

        @Override
        void ended() {
            // An idle one, perhaps, which the server closes in its time; not below a response.
            wrong += reader.isWithin() ? 1 : 0;
            idle.remove(this);
            crowd.add(new Client());
        }
    }
}
