package dev.millrace.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Every example compiles, runs and does what its first lines say. */
class ExamplesTest {
    private static final int LINES_MAX = 85;

    @Test
    void noneIsForgotten() throws IOException {
        Path folder = Launched.root().resolve("examples");
        String index = Files.readString(folder.resolve("README.md"));
        Path sources = Launched.root().resolve("conformance/src/test/java/dev/millrace/cli");
        String tests =
                Files.readString(sources.resolve("ExamplesTest.java"))
                        + Files.readString(sources.resolve("ProgramsTest.java"));
        Set<String> names = new TreeSet<>();
        try (Stream<Path> files = Files.list(folder)) {
            for (Path file : files.filter(f -> f.toString().endsWith(".java")).toList()) {
                names.add(file.getFileName().toString().replace(".java", ""));
                assertThat(Files.readAllLines(file)).as("%s", file).hasSizeLessThan(LINES_MAX);
            }
        }
        assertThat(names)
                .isNotEmpty()
                .allSatisfy(name -> {
                    assertThat(index).contains("[" + name + ".java](" + name + ".java)");
                    assertThat(tests)
                            .containsAnyOf("\"" + name + "\"", "examples/" + name + ".java");
                });
    }

    @Test
    void echoClientAndCopy() throws IOException {
        try (Launched echo = Examples.start("TcpEcho", "0").listening();
                Launched copy = Examples.start("StreamingCopy", "0", "" + echo.port()).listening();
                Launched client = Examples.start("NetClient", "" + copy.port(), "there and back")) {
            assertThat(client.line()).isEqualTo("connected to 127.0.0.1:" + copy.port());
            assertThat(client.output()).isEqualTo("there and back\nthe server has ended");
            assertThat(client.status()).isZero();
            String much = "0123456789".repeat(100_000);
            try (Peer peer = Peer.of(copy)) {
                Thread.ofVirtual().start(() -> sendAll(peer, much));
                assertThat(peer.readAll()).isEqualTo(much);
            }
        }
    }

    private static void sendAll(Peer peer, String text) {
        try {
            peer.send(text).end();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    /** A name and an address; a server that is not there; a greeting of another protocol. */
    @Test
    void socks() throws IOException {
        try (Launched echo = Examples.start("TcpEcho", "0").listening();
                Launched socks = Examples.start("Socks", "0").listening()) {
            String port = "" + (char) (echo.port() >> 8) + (char) (echo.port() & 0xff);
            for (String target : List.of("\u0003\u0009localhost", "\u0001\u007f\0\0\u0001")) {
                try (Peer peer = Peer.of(socks)) {
                    peer.sendBytes("\u0005\u0002\0\u0002");
                    assertThat(peer.read(2)).isEqualTo("\u0005\0");
                    peer.sendBytes("\u0005\u0001\0" + target + port + "early").end();
                    assertThat(peer.readAll()).isEqualTo("\u0005\0\0\u0001\0\0\0\0\0\0early");
                }
            }
            try (Peer peer = Peer.of(socks)) {
                peer.sendBytes("\u0005\u0001\0\u0005\u0001\0\u0001\u007f\0\0\u0001\0\u0001");
                assertThat(peer.readAll()).isEqualTo("\u0005\0\u0005\u0005\0\u0001\0\0\0\0\0\0");
            }
            try (Peer peer = Peer.of(socks)) {
                peer.sendBytes("\u0004\u0001\0").end();
                assertThat(peer.read(1)).isEqualTo("\u0005");
            }
        }
    }

    @Test
    void lineChat() throws IOException {
        try (Launched chat = Examples.start("LineChat", "0").listening();
                Peer first = Peer.of(chat);
                Peer second = Peer.of(chat)) {
            second.send("anybody?\n").send("a".repeat(201) + "\n");
            assertThat(second.readAll()).as("the connection is over").isEmpty();
            assertThat(chat.line())
                    .endsWith(": a line of at least 201 bytes, the limit is 200 bytes");
            String heard = "guest 127.0.0.1:";
            assertThat(first.read(heard.length())).isEqualTo(heard);
            assertThat(first.read(16)).containsPattern("^\\d{4,5}: anybody?");
        }
    }

    @Test
    void echoVirtual() throws IOException {
        try (Launched echo = Examples.start("EchoVirtual", "0").listening();
                Peer first = Peer.of(echo);
                Peer second = Peer.of(echo)) {
            assertThat(second.send("two\n").read(4)).isEqualTo("TWO\n");
            assertThat(first.send("one\nhalf").end().readAll()).isEqualTo("ONE\nHALF\n");
        }
    }

    @Test
    void phases() throws IOException {
        try (Launched echo = Examples.start("EchoPhases", "0").listening();
                Peer peer = Peer.of(echo)) {
            assertThat(peer.send("ping").end().readAll()).isEqualTo("ping");
            String lines = echo.output();
            assertThat(lines.lines().toList())
                    .containsSubsequence(
                            "PREPARE",
                            "connection",
                            "nextTick",
                            "CHECK",
                            "immediate",
                            "timeout",
                            "IDLE",
                            "PREPARE",
                            "closed");
            assertThat(echo.status()).isZero();
        }
    }

    /** Through the launcher, which compiles it itself. */
    @Test
    void cat() {
        String file = Launched.root().resolve("examples/Cat.java").toString();
        try (Launched cat = Launched.start("run", file).input("one\ntwo\n")) {
            assertThat(cat.output()).isEqualTo("one\ntwo");
            assertThat(cat.status()).isZero();
        }
    }

    @Test
    void unixEcho() {
        String name = "@millrace-example-" + ProcessHandle.current().pid();
        try (Launched echo = Examples.start("UnixEcho", name).listening()) {
            assertThat(echo.startLine()).isEqualTo("echo on " + name);
        }
    }

    @Test
    void udpEcho() throws IOException {
        try (Launched echo = Examples.start("UdpEcho", "0").listening();
                DatagramSocket client = new DatagramSocket()) {
            client.setSoTimeout(Launched.DEADLINE_SECONDS * 1000);
            byte[] ping = "ping".getBytes(StandardCharsets.UTF_8);
            InetAddress here = InetAddress.getLoopbackAddress();
            client.send(new DatagramPacket(ping, ping.length, here, echo.port()));
            DatagramPacket answer = new DatagramPacket(new byte[100], 100);
            client.receive(answer);
            assertThat(answer.getLength()).isEqualTo(4);
            assertThat(answer.getData()).startsWith(ping);
        }
    }

    @Test
    void signals() throws IOException {
        try (Launched echo = Examples.start("Signals", "0").listening();
                Peer peer = Peer.of(echo)) {
            assertThat(peer.send("ping").read(4)).isEqualTo("ping");
            echo.signal("USR1");
            assertThat(echo.line()).isEqualTo("1 connections");
            echo.signal("TERM");
            assertThat(echo.line()).isEqualTo("TERM: no new connections");
            assertThat(peer.end().readAll()).isEmpty();
            assertThat(echo.status()).isZero();
        }
    }

    @Test
    void observe() throws IOException {
        try (Launched echo = Examples.start("Observe", "0").listening();
                Peer peer = Peer.of(echo)) {
            assertThat(peer.send("ping").read(4)).isEqualTo("ping");
            assertThat(echo.line()).startsWith("accept TCP #").endsWith("; open: 1");
            assertThat(peer.end().readAll()).isEmpty();
            assertThat(echo.line())
                    .contains("read 4 B, written 4 B")
                    .startsWith("close TCP #")
                    .endsWith("; open: 0");
        }
    }

    @Test
    void offload() {
        String file = Launched.root().resolve("examples/README.md").toString();
        try (Launched program = Examples.start("Offload", file)) {
            assertThat(program.line()).endsWith(" words");
            assertThat(program.output()).contains("turns: some\nidle for ");
            assertThat(program.status()).isZero();
        }
    }

    @Test
    void fileShelf(@TempDir Path folder) throws IOException {
        try (Launched shelf = Examples.start("FileShelf", "0", folder.toString()).listening();
                Peer peer = Peer.of(shelf);
                Peer other = Peer.of(shelf)) {
            peer.send("PUT /a.txt HTTP/1.1\r\nHost: localhost\r\nContent-Length: 4\r\n\r\ntext");
            assertThat(peer.answer(false).text()).isEqualTo("stored\n");
            assertThat(folder.resolve("a.txt")).hasContent("text");
            assertThat(peer.ask("GET /a.txt").text()).isEqualTo("text");
            assertThat(other.ask("GET /b.txt").text()).isEqualTo("404 Not Found ENOENT\n");
        }
    }

    @Test
    void download(@TempDir Path folder) throws IOException {
        Files.writeString(folder.resolve("README.md"), "# Read me");
        try (Launched files = Examples.start("Download", "0", folder.toString()).listening();
                Peer peer = Peer.of(files)) {
            Peer.Answer readme = peer.ask("GET /readme", "Range: bytes=2-");
            assertThat(readme.text()).isEqualTo("Read me");
            assertThat(readme.field("content-disposition")).contains("%E2%80%93");
            assertThat(peer.ask("GET /README.md").field("cache-control")).isEqualTo("max-age=60");
        }
    }

    @Test
    void events() throws IOException {
        try (Launched news = Examples.start("Events", "0").listening();
                Peer watcher = Peer.of(news);
                Peer peer = Peer.of(news)) {
            assertThat(peer.ask("GET /").text()).contains("EventSource('/news')");
            post(peer, "/news", "old");
            assertThat(peer.answer(false).text()).isEqualTo("told 0\n");
            watcher.send("GET /news HTTP/1.0\r\nHost: a\r\n\r\n");
            readPast(watcher, "id: 1\ndata: old\n\n");
            post(peer, "/news", "it rains");
            assertThat(peer.answer(false).text()).isEqualTo("told 1\n");
            readPast(watcher, "id: 2\ndata: it rains\n\n");
        }
    }

    private static void readPast(Peer peer, String text) throws IOException {
        StringBuilder read = new StringBuilder();
        while (read.indexOf(text) < 0) {
            read.append(peer.read(1));
        }
        assertThat(read).endsWith(text);
    }

    private static void post(Peer peer, String path, String body) throws IOException {
        String head = "POST " + path + " HTTP/1.1\r\nHost: a\r\nContent-Length: ";
        peer.send(head + body.length() + "\r\n\r\n" + body);
    }

    @Test
    void upload(@TempDir Path folder) throws IOException {
        try (Launched upload = Examples.start("Upload", "0", folder.toString()).listening();
                Peer peer = Peer.of(upload)) {
            String part = "\r\nContent-Disposition: form-data; name=";
            String body =
                    "--b"
                            + part
                            + "f; filename=\"../a.txt\"\r\n\r\ntext\r\n--b"
                            + part
                            + "note\r\n\r\nhello\r\n--b--\r\n";
            peer.send(
                    "POST / HTTP/1.1\r\nHost: a\r\nContent-Type: multipart/form-data;"
                            + " boundary=b\r\nContent-Length: "
                            + body.length()
                            + "\r\n\r\n"
                            + body);
            assertThat(peer.answer(false).text()).isEqualTo("a.txt has 4 bytes\nnote is hello\n");
            assertThat(folder.resolve("a.txt")).hasContent("text");
        }
    }

    @Test
    void blockingHttp() throws IOException {
        try (Launched server = Examples.start("BlockingHttp", "0").listening();
                Peer peer = Peer.of(server)) {
            peer.send("PUT /sum HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc");
            assertThat(peer.answer(false).text()).startsWith("ba7816bf8f01cfea");
            assertThat(peer.ask("GET /count/0").text()).isEqualTo("done\n");
            assertThat(peer.ask("GET /count/x").status()).isEqualTo(404);
        }
    }

    @Test
    void unixService(@TempDir Path folder) throws IOException {
        Path path = folder.resolve("s");
        try (Launched service = Examples.start("UnixService", path.toString()).listening();
                SocketChannel client = SocketChannel.open(UnixDomainSocketAddress.of(path))) {
            assertThat(service.startLine()).isEqualTo("service on " + path);
            assertThat(Channels.newInputStream(client).readAllBytes())
                    .asString()
                    .isEqualTo("hello\n");
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(path)))
                    .isEqualTo("rw-rw----");
        }
    }

    @Test
    void workersShareAPort() throws IOException {
        try (Launched workers = Examples.start("Workers", "0", "2")) {
            String first = workers.line();
            String port = first.substring(first.lastIndexOf(' ') + 1);
            assertThat(workers.line()).matches("worker [12] listens on " + port);
            Set<String> greetings = new TreeSet<>();
            for (int count = 0; count < 2; count++) {
                try (Peer peer = Peer.at(Integer.parseInt(port))) {
                    greetings.add(peer.ask("GET /").text());
                }
            }
            assertThat(greetings).containsExactly("hello from worker 1\n", "hello from worker 2\n");
        }
    }

    @Test
    void passSocket(@TempDir Path folder) throws IOException {
        String path = folder.resolve("s").toString();
        try (Launched answer = Examples.start("PassSocket", "answer", path)) {
            assertThat(answer.line()).isEqualTo("answers at " + path);
            try (Launched accept = Examples.start("PassSocket", "accept", path, "0").listening();
                    Peer peer = Peer.of(accept)) {
                peer.send("hello\nand an echo").end();
                assertThat(peer.readAll()).matches("hello, says process \\d+\nand an echo");
            }
        }
    }

    @Test
    void httpServers() throws IOException {
        try (Launched hello = Examples.start("HttpHello", "0").listening();
                Launched byHand = Examples.start("HttpByHand", "0").listening();
                Peer first = Peer.of(hello);
                Peer second = Peer.of(byHand)) {
            assertThat(first.ask("GET /").text()).isEqualTo("Hello World\n");
            assertThat(second.ask("GET /").text()).isEqualTo("You said: GET / HTTP/1.1\n");
        }
    }

    @Test
    void fetchPrintsStatusAndSize() throws IOException {
        try (Launched hello = Examples.start("HttpHello", "0").listening()) {
            String uri = "http://127.0.0.1:" + hello.port() + "/";
            try (Launched fetch = Examples.start("Fetch", uri, uri + "again")) {
                assertThat(fetch.output().lines())
                        .containsExactlyInAnyOrder("200 12 " + uri, "200 12 " + uri + "again");
                assertThat(fetch.status()).isZero();
            }
        }
    }

    @Test
    void retryAsksOnceWhereThatIsEnough() throws IOException {
        try (Launched hello = Examples.start("HttpHello", "0").listening()) {
            String uri = "http://127.0.0.1:" + hello.port() + "/";
            try (Launched retry = Examples.start("Retry", uri)) {
                assertThat(retry.output()).isEqualToIgnoringNewLines("200 at attempt 1");
                assertThat(retry.status()).isZero();
            }
        }
    }
}
