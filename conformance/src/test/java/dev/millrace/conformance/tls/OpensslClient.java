package dev.millrace.conformance.tls;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.regex.Pattern;

/** {@code openssl s_client}, which speaks HTTP by hand: a process for each connection. */
final class OpensslClient {
    private static final int AT_ONCE = 4;

    /** One handshake, and five that go on with its session: what -reconnect does. */
    private static final int RECONNECTED = 5;

    private static final String REQUEST =
            "GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
    private static final Pattern REUSED = Pattern.compile("(?m)^Reused, TLSv1");

    private OpensslClient() {}

    private static List<String> command(Stage stage, int port, String... more) {
        List<String> command =
                new ArrayList<>(
                        List.of(
                                "openssl",
                                "s_client",
                                "-connect",
                                "127.0.0.1:" + port,
                                "-servername",
                                "localhost",
                                "-verify_hostname",
                                "localhost",
                                "-verify_return_error",
                                "-CAfile",
                                stage.credentials.authority().toString()));
        command.addAll(List.of(more));
        return command;
    }

    private static Path request(Stage stage) throws IOException {
        return Files.writeString(stage.folder.resolve("request"), REQUEST);
    }

    private static void many(int count, Runnable one) {
        try (ExecutorService threads = Executors.newFixedThreadPool(AT_ONCE)) {
            for (int number = 0; number < count; number++) {
                threads.execute(one);
            }
        }
    }

    private static Tally play(Path input, int count, List<String> command) {
        Tally tally = new Tally().how(count + " processes, " + AT_ONCE + " at once");
        many(
                count,
                () -> {
                    String text = Stage.run(input, command);
                    tally.check(text.contains(Stage.HELLO), text);
                });
        return tally;
    }

    static Tally get(Stage stage, int count) throws IOException {
        return play(request(stage), count, command(stage, stage.serve(), "-quiet"));
    }

    static Tally getByTls12(Stage stage, int count) throws IOException {
        return play(request(stage), count, command(stage, stage.serve(), "-quiet", "-tls1_2"));
    }

    static Tally getWithCertificate(Stage stage, int count) throws IOException {
        Credentials own = stage.credentials;
        return play(
                request(stage),
                count,
                command(
                        stage,
                        stage.mutual(),
                        "-quiet",
                        "-cert",
                        own.client().toString(),
                        "-key",
                        own.clientKey().toString()));
    }

    /** TLS 1.2, whose sessions -reconnect takes up. */
    static Tally reconnect(Stage stage, int count) throws IOException {
        List<String> command = command(stage, stage.serve(), "-tls1_2", "-reconnect");
        int processes = Math.ceilDiv(count, 1 + RECONNECTED);
        Tally tally = new Tally().how(processes + " processes, 1 new and 5 reused each");
        many(
                processes,
                () -> {
                    String text = Stage.run(command);
                    int reused = (int) REUSED.matcher(text).results().count();
                    boolean isBegun = text.contains("New, TLSv1");
                    tally.done(reused + (isBegun ? 1 : 0));
                    tally.failed(RECONNECTED - reused + (isBegun ? 0 : 1), text);
                });
        return tally;
    }

    /** TLS 1.3, whose tickets come behind the handshake: one process keeps it for all others. */
    static Tally resume(Stage stage, int count) throws IOException {
        Path input = request(stage);
        String ticket = stage.folder.resolve("ticket").toString();
        String first =
                Stage.run(input, command(stage, stage.serve(), "-ign_eof", "-sess_out", ticket));
        Tally tally = new Tally().how("1 new, the others by its ticket");
        tally.check(first.contains("New, TLSv1.3") && first.contains(Stage.HELLO), first);
        List<String> next = command(stage, stage.serve(), "-ign_eof", "-sess_in", ticket);
        many(
                count - 1,
                () -> {
                    String text = Stage.run(input, next);
                    boolean isReused = REUSED.matcher(text).find();
                    tally.check(isReused && text.contains(Stage.HELLO), text);
                });
        return tally;
    }
}
