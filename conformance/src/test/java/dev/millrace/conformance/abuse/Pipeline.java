package dev.millrace.conformance.abuse;

import dev.millrace.conformance.ServerProcess;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntFunction;

/**
 * Floods of requests from clients that read nothing for some seconds, and then everything (row
 * X32): little is held meanwhile, others are served, and every response comes whole and in its
 * turn.
 */
final class Pipeline {
    private static final double P99_MAX_MILLIS = 50;
    private static final double GROWTH_MAX_MIB = 64;
    private static final int TICK_MILLIS = 10;

    /**
     * The spare one, some that are being closed, files that stay open for a moment, the probe's.
     */
    private static final int OTHER_DESCRIPTORS = 24;

    /** What one request is about: its path, and what comes for it. */
    private record Asked(String path, long length, long checksum) {
        static Asked of(String path, byte[] content) {
            return new Asked(path, content.length, Place.checksum(content));
        }
    }

    private Pipeline() {}

    static List<Figure> files(Stage stage) throws IOException {
        IntFunction<Asked> asked = number -> Asked.of("/f" + number, Place.fileOf(number));
        try (ServerProcess server = stage.command("serve")) {
            return play(stage, server, all(Place.FILES, asked), true);
        }
    }

    /** So large that the time is up before all of them are made. */
    static List<Figure> listings(Stage stage) throws IOException {
        try (ServerProcess server = stage.command("serve")) {
            return play(stage, server, List.of(listing(server)), false);
        }
    }

    static List<Figure> handlers(Stage stage) throws IOException {
        IntFunction<Asked> asked = kind -> Asked.of("/block" + kind, Handlers.block(kind));
        try (ServerProcess server = stage.handlers()) {
            return play(stage, server, all(Handlers.KINDS, asked), false);
        }
    }

    private static List<Asked> all(int count, IntFunction<Asked> asked) {
        List<Asked> all = new ArrayList<>();
        for (int number = 0; number < count; number++) {
            all.add(asked.apply(number));
        }
        return all;
    }

    /** What the page is that all of them should get. */
    private static Asked listing(ServerProcess server) throws IOException {
        List<Asked> seen = new ArrayList<>();
        Visitor once =
                new Visitor() {
                    private final ResponseReader reader =
                            new ResponseReader((status, length, checksum) ->
                                    seen.add(new Asked("/many/", length, checksum)));

                    @Override
                    void connected() {
                        send(requests(List.of(new Asked("/many/", 0, 0)), 1));
                    }

                    @Override
                    void received(ByteBuffer bytes) {
                        reader.read(bytes);
                    }
                };
        try (Crowd crowd = new Crowd(server.port(), 0, TICK_MILLIS)) {
            crowd.add(once);
            crowd.run(Duration.ofSeconds(30), () -> !seen.isEmpty());
        }
        return seen.getFirst();
    }

    private static ByteBuffer requests(List<Asked> asked, int count) {
        StringBuilder text = new StringBuilder();
        for (int number = 0; number < count; number++) {
            String path = asked.get(number % asked.size()).path;
            text.append("GET ").append(path).append(" HTTP/1.1\r\nHost: a\r\n\r\n");
        }
        return ByteBuffer.wrap(text.toString().getBytes(StandardCharsets.US_ASCII));
    }

    private static List<Figure> play(
            Stage stage, ServerProcess server, List<Asked> asked, boolean isAllRead)
            throws IOException {
        Scale scale = stage.scale();
        ByteBuffer requests = requests(asked, scale.pipelined());
        List<Flood> floods = new ArrayList<>();
        server.settle();
        long descriptorsBefore = server.descriptors();
        double mibBefore = server.residentKib() / 1024.0;
        long descriptors;
        Probe probe = Probe.begin(server.port(), "/small");
        try (probe;
                Crowd crowd = new Crowd(server.port(), 0, TICK_MILLIS)) {
            for (int count = 0; count < scale.floods(); count++) {
                floods.add(new Flood(requests.duplicate(), asked));
                crowd.add(floods.getLast());
            }
            crowd.run(scale.silence(), () -> false);
            descriptors = server.descriptors() - descriptorsBefore - OTHER_DESCRIPTORS;
            floods.forEach(one -> one.read(true));
            // Ten times as long where all is to be read: then the time only bounds a failure.
            Duration most = isAllRead ? scale.reading().multipliedBy(10) : scale.reading();
            crowd.run(most, () -> floods.stream().allMatch(one -> one.number == scale.pipelined()));
        }
        long wrong = floods.stream().filter(one -> one.isWrong || one.hasEnded()).count();
        long least = floods.stream().mapToLong(one -> one.number).min().orElse(0);
        long wanted = isAllRead ? scale.pipelined() : 1;
        return List.of(
                new Figure(
                        "grown MiB", server.residentPeakKib() / 1024.0 - mibBefore, GROWTH_MAX_MIB),
                new Figure(
                        "descriptors each", Math.max(0, descriptors) / (double) scale.floods(), 2),
                probe.p99(P99_MAX_MILLIS),
                probe.failures(),
                new Figure("wrong", wrong, 0),
                new Figure("unread", Math.max(0, wanted - least), 0),
                new Figure("read", floods.stream().mapToLong(one -> one.number).sum(), 1e9));
    }

    /** Asks for everything, reads nothing until it is told to, and looks at each response. */
    private static final class Flood extends Visitor {
        private final ByteBuffer requests;
        private final List<Asked> asked;
        private final ResponseReader reader = new ResponseReader(this::responded);
        private int number;
        private boolean isWrong;

        Flood(ByteBuffer requests, List<Asked> asked) {
            this.requests = requests;
            this.asked = asked;
        }

        @Override
        void connected() {
            read(false);
            send(requests);
        }

        @Override
        void received(ByteBuffer bytes) {
            if (!isWrong) {
                try {
                    reader.read(bytes);
                } catch (IllegalStateException e) {
                    isWrong = true;
                }
            }
        }

        private void responded(int status, long length, long checksum) {
            Asked due = asked.get(number % asked.size());
            isWrong |= status != 200 || due.length != length || due.checksum != checksum;
            number++;
        }
    }
}
