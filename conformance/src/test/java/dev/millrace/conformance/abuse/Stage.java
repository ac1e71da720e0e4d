package dev.millrace.conformance.abuse;

import dev.millrace.conformance.ServerProcess;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * Where the scenarios play.
 *
 * @param scale how large they are
 * @param driver of the servers; empty for the standard one
 * @param place what is served
 * @param log takes what the servers say on standard error
 */
record Stage(Scale scale, String driver, Place place, Path log) {
    private static final String HEAP = "-Xmx256m";
    private static final Duration DEADLINE = Duration.ofMinutes(1);
    private static final int WARM_UP_REQUESTS = 3_000;

    /** A command, warm, with the options that are given. */
    ServerProcess command(String name, String... options) throws IOException {
        List<String> words = new ArrayList<>(List.of(name));
        if (name.equals("serve")) {
            words.add(place.toString());
        }
        words.add("--port=0");
        if (!driver.isEmpty()) {
            words.add("--driver=" + driver);
        }
        words.addAll(List.of(options));
        return warm(ServerProcess.launched(HEAP, log, words));
    }

    /** {@link Handlers}, with the flags that the launcher gives to serve. */
    ServerProcess handlers() throws IOException {
        List<String> flags = new ArrayList<>(List.of(HEAP, "-XX:+UseSerialGC"));
        flags.addAll(List.of("-XX:MaxNewSize=48m", "-XX:SurvivorRatio=1"));
        if (!driver.isEmpty()) {
            flags.add("-Dmillrace.driver=" + driver);
        }
        return warm(ServerProcess.program(Handlers.class, flags, "" + scale.readBytes()));
    }

    private static ServerProcess warm(ServerProcess server) throws IOException {
        try (Crowd crowd = new Crowd(server.port(), 0, 1)) {
            Regular regular = new Regular();
            crowd.add(regular);
            if (!crowd.run(DEADLINE, () -> regular.left == 0)) {
                throw new IOException("the server does not get warm");
            }
        }
        return server;
    }

    /** Asks again and again. */
    private static final class Regular extends Visitor {
        private final ByteBuffer request =
                ByteBuffer.wrap(
                        "GET /small HTTP/1.1\r\nHost: a\r\n\r\n"
                                .getBytes(StandardCharsets.US_ASCII));
        private final ResponseReader reader =
                new ResponseReader((status, length, checksum) -> ask());
        private int left = WARM_UP_REQUESTS;

        @Override
        void connected() {
            send(request.duplicate());
        }

        private void ask() {
            left--;
            if (left > 0) {
                send(request.duplicate());
            }
        }

        @Override
        void received(ByteBuffer bytes) {
            reader.read(bytes);
        }
    }
}
