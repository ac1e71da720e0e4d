package dev.millrace.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Programs that are there twice, for Node ({@code conformance/programs}) and for millrace ({@code
 * examples}): one client for both, and how many lines they take. Node's side is skipped where Node
 * is not installed.
 */
class ProgramsTest {
    private static final boolean HAS_NODE = hasNode();

    private static boolean hasNode() {
        try {
            return new ProcessBuilder("node", "--version").start().waitFor() == 0;
        } catch (IOException notThere) {
            return false;
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    /** What a client says to a server that listens, and hears. */
    private interface Talk {
        void with(Launched server) throws IOException;
    }

    private static void both(String example, String program, Talk talk, String... more)
            throws IOException {
        String[] words = Stream.concat(Stream.of("0"), Stream.of(more)).toArray(String[]::new);
        try (Launched server = Examples.start(example, words).listening()) {
            talk.with(server);
        }
        if (!HAS_NODE) {
            System.out.println(program + " is skipped: node is not installed");
            return;
        }
        String file = Launched.root().resolve("conformance/programs/" + program).toString();
        List<String> line = Stream.concat(Stream.of("node", file), Stream.of(words)).toList();
        try (Launched server = Launched.start(Launched.root(), Map.of(), line).listening()) {
            talk.with(server);
        }
    }

    private static void expect(Peer peer, String text) throws IOException {
        assertThat(peer.read(text.length())).isEqualTo(text);
    }

    /** Up to the next LF. */
    private static String line(Peer peer) throws IOException {
        StringBuilder line = new StringBuilder();
        for (String one = peer.read(1); !one.equals("\n"); one = peer.read(1)) {
            assertThat(one).as("the end came behind: %s", line).isNotEmpty();
            line.append(one);
        }
        return line.toString();
    }

    @Test
    void noneTakesMuchMoreLinesThanOnNode() throws IOException {
        for (ProgramLines.Program program : ProgramLines.PROGRAMS) {
            assertThat(ProgramLines.ratio(Launched.root(), program))
                    .as("lines of %s to those of %s", program.millrace(), program.node())
                    .isLessThanOrEqualTo(ProgramLines.RATIO_MAX);
        }
        assertThat(Launched.root().resolve("conformance/programs/README.md"))
                .as("conformance/lines prints its table")
                .content(StandardCharsets.UTF_8)
                .contains(ProgramLines.table(Launched.root()));
        try (var files = Files.list(Launched.root().resolve("conformance/programs"))) {
            assertThat(files.map(file -> file.getFileName().toString()))
                    .filteredOn(name -> name.endsWith(".js"))
                    .containsExactlyInAnyOrderElementsOf(
                            ProgramLines.PROGRAMS.stream()
                                    .map(ProgramLines.Program::node)
                                    .toList());
        }
    }

    @Test
    void chat() throws IOException {
        both(
                "LineChat",
                "chat.js",
                server -> {
                    try (Peer first = Peer.of(server);
                            Peer second = Peer.of(server)) {
                        second.send("anybody?\n");
                        assertThat(line(first)).matches("guest 127\\.0\\.0\\.1:\\d+: anybody\\?");
                        second.send("a".repeat(201) + "\n");
                        assertThat(second.readAll()).as("the connection is over").isEmpty();
                        assertThat(server.line())
                                .endsWith(": a line of at least 201 bytes, the limit is 200 bytes");
                    }
                });
    }

    /** Answers that come early, late, in pieces, wrong, or not at all. */
    @Test
    void quiz() throws IOException {
        both(
                "Quiz",
                "quiz.js",
                server -> {
                    try (Peer peer = Peer.of(server);
                            Peer early = Peer.of(server);
                            Peer gone = Peer.of(server)) {
                        expect(peer, "your name? ");
                        peer.send("An");
                        gone.end();
                        early.send("Bo\n7\n42\n13\n");
                        assertThat(early.readAll())
                                .isEqualTo("your name? 3 + 4 = 12 + 30 = 7 + 6 = Bo: 3 of 3\n");
                        assertThat(gone.readAll()).startsWith("your name? ");
                        peer.send("na\r\n");
                        expect(peer, "3 + 4 = ");
                        peer.send("8\n");
                        expect(peer, "12 + 30 = ");
                        peer.send("42\n");
                        expect(peer, "7 + 6 = ");
                        peer.send("13\n");
                        assertThat(peer.readAll()).isEqualTo("Anna: 2 of 3\n");
                    }
                });
    }

    /** A thousand URLs, some of which lead to nothing, with few connections. */
    @Test
    void fetcher(@TempDir Path folder) throws IOException {
        for (int size = 0; size < 40; size++) {
            Files.write(folder.resolve("file" + size), new byte[size * 1000]);
        }
        Path list = folder.resolve("list");
        try (Launched server =
                Launched.start("serve", folder.toString(), "--port", "0").listening()) {
            List<String> urls =
                    IntStream.range(0, 1000)
                            .mapToObj(number ->
                                    "http://127.0.0.1:%d/file%d"
                                            .formatted(server.port(), number % 50))
                            .toList();
            Files.write(list, urls);
            List<String> lines =
                    urls.stream()
                            .map(url -> {
                                int size = Integer.parseInt(url.substring(url.indexOf("file") + 4));
                                return (size < 40 ? "200 " + size * 1000 : "404 14") + " " + url;
                            })
                            .toList();
            try (Launched fetch = Examples.start("Fetch", list.toString())) {
                assertThat(fetch.output().lines()).containsExactlyInAnyOrderElementsOf(lines);
                assertThat(fetch.status()).isZero();
            }
            if (HAS_NODE) {
                List<String> line =
                        List.of(
                                "node",
                                Launched.root().resolve("conformance/programs/fetch.js").toString(),
                                list.toString());
                try (Launched fetch = Launched.start(Launched.root(), Map.of(), line)) {
                    assertThat(fetch.output().lines()).containsExactlyInAnyOrderElementsOf(lines);
                }
            }
        }
    }

    @Test
    void redis() throws IOException {
        both(
                "Redis",
                "redis.js",
                server -> {
                    try (Peer peer = Peer.of(server)) {
                        peer.sendBytes(
                                "*1\r\n$4\r\nPING\r\n*2\r\n$4\r\nEcho\r\n$2\r\nhi\r\n*1\r\n$4\r\nPI");
                        expect(peer, "+PONG\r\n$2\r\nhi\r\n");
                        peer.sendBytes(
                                "NG\r\n*3\r\n$3\r\nSET\r\n$1\r\nk\r\n$5\r\na\r\n\u00ffb\r\n");
                        expect(peer, "+PONG\r\n+OK\r\n");
                        peer.sendBytes(
                                "*2\r\n$3\r\nGET\r\n$1\r\nk\r\n*2\r\n$3\r\nDEL\r\n$1\r\nk\r\n");
                        expect(peer, "$5\r\na\r\n\u00ffb\r\n:1\r\n");
                        peer.sendBytes(
                                "*2\r\n$3\r\nDEL\r\n$1\r\nk\r\n*2\r\n$3\r\nget\r\n$1\r\nk\r\n");
                        expect(peer, ":0\r\n$-1\r\n");
                        peer.sendBytes("*1\r\n$3\r\nGET\r\n");
                        expect(peer, "-ERR unknown command or wrong number of arguments\r\n");
                        peer.sendBytes("GET k\r\n");
                        assertThat(peer.readAll())
                                .isEqualTo(
                                        "-ERR Protocol error: expected '*' and a number up to 1048576\r\n");
                    }
                });
    }

    @Test
    void forwarder() throws IOException {
        try (Launched echo = Examples.start("TcpEcho", "0").listening()) {
            Talk talk =
                    server -> {
                        String much = "0123456789".repeat(10_000);
                        try (Peer peer = Peer.of(server)) {
                            assertThat(peer.send(much).end().readAll()).isEqualTo(much);
                        }
                    };
            both("StreamingCopy", "forwarder.js", talk, "" + echo.port());
        }
    }

    @Test
    void smtp() throws IOException {
        both(
                "Smtp",
                "smtp.js",
                server -> {
                    try (Peer peer = Peer.of(server);
                            Peer other = Peer.of(server)) {
                        expect(peer, "220 localhost\r\n");
                        peer.send("RCPT TO:<b@x>\r\nehlo me\r\nMAIL FROM:<a@x>\r\nDATA\r\n");
                        expect(
                                peer,
                                "503 MAIL first\r\n250 localhost\r\n250 OK\r\n503 RCPT first\r\n");
                        peer.send(
                                "RCPT TO:<b@x>\r\nRCPT TO:<c@x>\r\nDATA\r\nhi\r\n..dot\r\n.\r\nNOOP\r\n");
                        expect(
                                peer,
                                "250 OK\r\n250 OK\r\n354 end with a dot\r\n250 OK\r\n250 OK\r\n");
                        assertThat(server.line()).isEqualTo("a@x to b@x,c@x: 8 characters");
                        peer.send("VRFY a\r\nQUIT\r\n");
                        assertThat(peer.readAll()).isEqualTo("502 not here\r\n221 bye\r\n");
                        other.send("a".repeat(1001) + "\r\n");
                        assertThat(other.readAll())
                                .isEqualTo("220 localhost\r\n500 line too long\r\n");
                    }
                });
    }

    @Test
    void rest() throws IOException {
        both(
                "Notes",
                "rest.js",
                server -> {
                    try (Peer peer = Peer.of(server)) {
                        Peer.Answer made = withBody(peer, "POST /notes", "milk");
                        assertThat(made.status()).isEqualTo(201);
                        assertThat(made.field("location")).isEqualTo("/notes/1");
                        assertThat(peer.ask("GET /notes/1").text()).isEqualTo("milk");
                        assertThat(withBody(peer, "PUT /notes/1", "m\u00fcsli").text())
                                .isEqualTo("m\u00fcsli");
                        assertThat(withBody(peer, "POST /notes", "").field("location"))
                                .isEqualTo("/notes/2");
                        assertThat(peer.ask("GET /notes").text()).isEqualTo("1\n2\n");
                        assertThat(peer.ask("DELETE /notes/1").status()).isEqualTo(200);
                        assertThat(peer.ask("GET /notes/1").status()).isEqualTo(404);
                        assertThat(peer.ask("PATCH /notes/2").status()).isEqualTo(405);
                    }
                });
    }

    private static Peer.Answer withBody(Peer peer, String line, String body) throws IOException {
        int length = body.getBytes(StandardCharsets.UTF_8).length;
        String head = line + " HTTP/1.1\r\nHost: localhost\r\nContent-Length: " + length;
        return peer.send(head + "\r\n\r\n" + body).answer(false);
    }

    @Test
    void dns() throws IOException {
        both(
                "Dns",
                "dns.js",
                server -> {
                    try (DatagramSocket client = new DatagramSocket()) {
                        client.setSoTimeout(Launched.DEADLINE_SECONDS * 1000);
                        client.connect(InetAddress.getLoopbackAddress(), server.port());
                        String address = "\u00c0\f\0\1\0\1\0\0\0\74\0\4\n\0\0\2";
                        String two = "\3Two\4test\0\0\1\0\1";
                        assertThat(asked(client, two))
                                .isEqualTo("ab\u0084\0\0\1\0\1\0\0\0\0" + two + address);
                        String aaaa = "\3two\4test\0\0\34\0\1";
                        assertThat(asked(client, aaaa))
                                .isEqualTo("ab\u0084\0\0\1\0\0\0\0\0\0" + aaaa);
                        String none = "\2no\4test\0\0\1\0\1";
                        assertThat(asked(client, none))
                                .isEqualTo("ab\u0084\3\0\1\0\0\0\0\0\0" + none);
                        String cut = "\77two\4test";
                        assertThat(asked(client, cut)).isEqualTo("ab\u0084\1\0\0\0\0\0\0\0\0");
                    }
                });
    }

    private static String asked(DatagramSocket client, String question) throws IOException {
        ByteArrayOutputStream query = new ByteArrayOutputStream();
        query.writeBytes(
                ("ab\1\0\0\1\0\0\0\0\0\0" + question).getBytes(StandardCharsets.ISO_8859_1));
        client.send(new DatagramPacket(query.toByteArray(), query.size()));
        DatagramPacket answer = new DatagramPacket(new byte[512], 512);
        client.receive(answer);
        return new String(answer.getData(), 0, answer.getLength(), StandardCharsets.ISO_8859_1);
    }

    @Test
    void scheduler() throws IOException {
        both(
                "Scheduler",
                "scheduler.js",
                server -> {
                    try (Peer peer = Peer.of(server)) {
                        peer.send("in 20 tea is ready\nin soon\nlist\ncancel 9\ntea\n");
                        expect(peer, "job 1\nsay: in|every MILLISECONDS TEXT\njobs 1\nno job 9\n");
                        expect(peer, "in, every, list or cancel\n1: tea is ready\n");
                        peer.send("every 5 tick\nin 60000 never\nlist\n");
                        expect(peer, "job 2\njob 3\njobs 2,3\n2: tick\n2: tick\n");
                        peer.send("cancel 2\nlist\n");
                        String line = line(peer);
                        while (line.equals("2: tick")) {
                            line = line(peer);
                        }
                        assertThat(line).isEqualTo("cancelled 2");
                        assertThat(line(peer)).isEqualTo("jobs 3");
                    }
                });
    }

    @Test
    void multiCore() throws IOException {
        Talk talk =
                server -> {
                    assertThat(server.startLine()).startsWith("2 loops on http://127.0.0.1:");
                    for (int connection = 0; connection < 20; connection++) {
                        try (Peer peer = Peer.of(server)) {
                            assertThat(peer.ask("GET /").text()).matches("loop [12]\n");
                        }
                    }
                };
        both("MultiCore", "multicore.js", talk, "2");
    }

    @Test
    void socks() throws IOException {
        try (Launched echo = Examples.start("TcpEcho", "0").listening()) {
            String port = "" + (char) (echo.port() >> 8) + (char) (echo.port() & 0xff);
            both(
                    "Socks",
                    "socks.js",
                    server -> {
                        for (String target : List.of("\3\t127.0.0.1", "\1\177\0\0\1")) {
                            try (Peer peer = Peer.of(server)) {
                                peer.sendBytes("\5\2\0\2");
                                expect(peer, "\5\0");
                                peer.sendBytes("\5\1\0" + target + port + "early");
                                peer.sendBytes("late").end();
                                assertThat(peer.readAll())
                                        .isEqualTo("\5\0\0\1\0\0\0\0\0\0earlylate");
                            }
                        }
                        try (Peer peer = Peer.of(server)) {
                            peer.sendBytes("\5\1\0\5\2\0\1\177\0\0\1\0\1");
                            assertThat(peer.readAll()).isEqualTo("\5\0\5\7\0\1\0\0\0\0\0\0");
                        }
                        try (Peer peer = Peer.of(server)) {
                            peer.sendBytes("\4\1\0");
                            assertThat(peer.readAll()).isEqualTo("\5\u00ff");
                        }
                    });
        }
    }
}
