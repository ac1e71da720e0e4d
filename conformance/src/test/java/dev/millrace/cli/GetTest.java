package dev.millrace.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.sys.Libc;
import dev.millrace.sys.PseudoTerminal;
import dev.millrace.testing.Kernel;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The command get as a user sees it: what is printed, where, and how it ends. */
class GetTest {
    @TempDir Path folder;
    private Path site;

    @BeforeEach
    void makeSite() throws IOException {
        site = Files.createDirectory(folder.resolve("site"));
        Files.writeString(site.resolve("a.txt"), "hello\n");
        Files.write(site.resolve("binary"), new byte[] {'a', 0, 'b'});
    }

    private Launched serve() {
        return Launched.start("serve", "" + site, "--port=0").listening();
    }

    /** Runs get in the folder. */
    private Launched get(String... words) {
        return in(folder, words);
    }

    private List<Several> several(String[]... lines) {
        return Several.run(folder, Map.of(), lines);
    }

    private static Launched in(Path folder, String... words) {
        Launched.requireBuilt();
        List<String> all =
                new ArrayList<>(List.of(Launched.root().resolve("millrace").toString(), "get"));
        all.addAll(List.of(words));
        return Launched.start(folder, Map.of(), all);
    }

    private static void expect(Launched command, int status, String output, String errors) {
        try (command) {
            assertThat(command.output()).isEqualTo(output);
            assertThat(command.errors()).isEqualTo(errors);
            assertThat(command.status()).isEqualTo(status);
        }
    }

    @Test
    void aBodyGoesToStandardOutput() {
        try (Launched server = serve()) {
            String url = "http://127.0.0.1:" + server.port() + "/";
            expect(get(url + "a.txt"), 0, "hello", "");
            List<Several> gets =
                    several(
                            Several.line("get", "127.0.0.1:" + server.port() + "/a.txt"),
                            Several.line("get", "-o", "-", url + "a.txt"),
                            Several.line("get", url + "none"),
                            Several.line("get", "-o", "x", url + "none"));
            String missing = "millrace: " + url + "none: 404 Not Found";
            assertThat(gets)
                    .containsExactly(
                            new Several(0, "hello\n", ""),
                            new Several(0, "hello\n", ""),
                            new Several(4, "404 Not Found\n", missing + "\n"),
                            new Several(4, "", missing + "; nothing was written\n"));
            assertThat(folder.resolve("x")).doesNotExist();
        }
    }

    @Test
    void aHeadIsPrintedWhenAskedFor() {
        try (Launched server = serve()) {
            String url = "http://127.0.0.1:" + server.port() + "/a.txt";
            List<Several> gets =
                    several(
                            Several.line("get", "-i", url),
                            Several.line("get", "-I", url),
                            Several.line("get", "-i", "-o", "copy", url));
            assertThat(gets).allMatch(get -> get.status() == 0);
            assertThat(gets.get(0).output().replace("\r\n", "\n"))
                    .startsWith("HTTP/1.1 200 OK\n")
                    .contains("\nContent-Length: 6\n")
                    .endsWith("\n\nhello\n");
            assertThat(gets.get(1).output().replace("\r\n", "\n"))
                    .contains("\nContent-Length: 6\n")
                    .doesNotContain("hello");
            assertThat(gets.get(2).output().replace("\r\n", "\n"))
                    .startsWith("HTTP/1.1 200 OK\n")
                    .doesNotContain("hello");
            assertThat(folder.resolve("copy")).hasContent("hello\n");
        }
    }

    @Test
    void aFileHasTheUrlsName() {
        try (Launched server = serve()) {
            String url = "http://127.0.0.1:" + server.port() + "/a.txt";
            List<Several> gets =
                    several(
                            Several.line("get", "-O", url),
                            Several.line("get", "-O", url),
                            Several.line("get", "-o", "a.txt", url));
            assertThat(gets)
                    .containsExactly(
                            new Several(0, "", ""),
                            new Several(
                                    1,
                                    "",
                                    "millrace: a.txt is there already; -o replaces a file, remove"
                                            + " it or name another\n"),
                            new Several(0, "", ""));
            assertThat(folder.resolve("a.txt")).hasContent("hello\n");
        }
    }

    /** The server leads a folder's name without its slash to the one with it. */
    @Test
    void aRedirectIsFollowedWhenAskedFor() throws IOException {
        Files.createDirectory(site.resolve("sub"));
        Files.writeString(site.resolve("sub/index.html"), "inside");
        try (Launched server = serve()) {
            String url = "http://127.0.0.1:" + server.port() + "/sub";
            List<Several> gets =
                    several(Several.line("get", "-o", "page", url), Several.line("get", "-L", url));
            assertThat(gets.getFirst().errors()).contains(", to /sub/; nothing was written");
            assertThat(gets.getFirst().status()).isEqualTo(3);
            assertThat(gets.getLast()).isEqualTo(new Several(0, "inside", ""));
        }
    }

    @Test
    void aBodyIsSentFromAFileAndFromStandardInput() throws IOException {
        Files.writeString(folder.resolve("body"), "from a file");
        try (Launched server = Launched.start("hello", "--port=0").listening()) {
            String url = "http://127.0.0.1:" + server.port() + "/echo";
            List<Several> gets =
                    several(
                            Several.line("get", "-d", "text", url),
                            Several.line("get", "-d", "@body", url),
                            Several.line("get", "-d", "", url));
            assertThat(gets)
                    .containsExactly(
                            new Several(0, "text", ""),
                            new Several(0, "from a file", ""),
                            new Several(0, "", ""));
            expect(get("-d", "@-", url).input("from a pipe"), 0, "from a pipe", "");
        }
    }

    @Test
    void aUnixSocketIsAsked() {
        String path = folder.resolve("socket").toString();
        try (Launched server = Launched.start("hello", "--unix", path).listening()) {
            assertThat(server.startLine()).contains("unix:");
            expect(get("--unix", path, "http://any/"), 0, "Hello, World!", "");
        }
    }

    @Test
    void whatCantBeHadIsOneLine() throws IOException {
        int port;
        try (ServerSocket closed = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = closed.getLocalPort();
        }
        String url = "http://127.0.0.1:" + port + "/";
        assertThat(several(Several.line("get", url), Several.line("get", "gopher://127.0.0.1/")))
                .containsExactly(
                        new Several(
                                1,
                                "",
                                "millrace: "
                                        + url
                                        + ": connect ECONNREFUSED 127.0.0.1:"
                                        + port
                                        + "; is the server running there?\n"),
                        new Several(
                                2,
                                "",
                                "millrace: URL gopher://127.0.0.1/: the scheme gopher is unknown;"
                                        + " use http or https\n"));
    }

    @Test
    void outputThatIsLostIsAFailureAndAReaderThatHasSeenEnoughIsNone() {
        try (Launched server = serve()) {
            String url = "http://127.0.0.1:" + server.port() + "/a.txt";
            try (Launched full = shell("\"$0\" get $1 > /dev/full", url)) {
                assertThat(full.errors())
                        .startsWith("millrace: can't write to standard output: ")
                        .hasLineCount(1);
                assertThat(full.status()).isEqualTo(1);
            }
            try (Launched read = shell("{ \"$0\" get $1; echo \"status $?\" >&2; } | true", url)) {
                assertThat(read.errors()).isEqualTo("status 0\n");
            }
        }
    }

    /** A limit of the process stands in for a disk: 16 blocks of 512 bytes. */
    @Test
    void aFullDiskLeavesAPart() throws IOException {
        Files.write(site.resolve("big"), new byte[1 << 20]);
        try (Launched server = serve()) {
            String url = "http://127.0.0.1:" + server.port() + "/big";
            String script = "ulimit -f 16; cd " + folder + "; exec \"$0\" get -O $1";
            try (Launched full = shell(script, url)) {
                assertThat(full.errors())
                        .startsWith("millrace: can't write big.part: ")
                        .contains("EFBIG")
                        .endsWith("; big.part has 8192 bytes, which -c continues\n")
                        .hasLineCount(1);
                assertThat(full.status()).isEqualTo(1);
            }
            expect(get("-cO", url), 0, "", "");
            assertThat(folder.resolve("big")).hasSameBinaryContentAs(site.resolve("big"));
        }
    }

    private static Launched shell(String script, String url) {
        Launched.requireBuilt();
        String launcher = Launched.root().resolve("millrace").toString();
        return Launched.start(Path.of(""), Map.of(), List.of("sh", "-c", script, launcher, url));
    }

    /** Ctrl-C in the middle, and then the rest. */
    @Test
    void aSignalLeavesAFileThatCanBeContinued() throws Exception {
        String head = "HTTP/1.1 200 OK\r\nETag: \"v\"\r\nContent-Length: 10\r\n\r\n01234";
        String rest =
                "HTTP/1.1 206 Partial Content\r\nContent-Range: bytes 5-9/10\r\n"
                        + "Content-Length: 5\r\n\r\n56789";
        Path part = folder.resolve("file.part");
        try (ServerSocket server = new ServerSocket(0, 5, InetAddress.getLoopbackAddress())) {
            String url = "http://127.0.0.1:" + server.getLocalPort() + "/file";
            try (Launched first = get("-O", url);
                    Socket peer = server.accept()) {
                asked(peer);
                peer.getOutputStream().write(head.getBytes(StandardCharsets.ISO_8859_1));
                Kernel.await("5 bytes", () -> part.toFile().length() == 5);
                assertThat(first.signal("INT").status()).isEqualTo(130);
                assertThat(first.errors())
                        .isEqualTo(
                                "millrace: "
                                        + url
                                        + ": interrupted; file.part has 5 bytes, which -c"
                                        + " continues\n");
            }
            try (Launched second = get("-cO", url);
                    Socket peer = server.accept()) {
                assertThat(asked(peer)).contains("\r\nRange: bytes=5-\r\n", "If-Range: \"v\"\r\n");
                peer.getOutputStream().write(rest.getBytes(StandardCharsets.ISO_8859_1));
                assertThat(second.status()).isZero();
            }
            assertThat(folder.resolve("file")).hasContent("0123456789");
            assertThat(part).doesNotExist();
        }
    }

    private static String asked(Socket peer) throws IOException {
        InputStream in = peer.getInputStream();
        StringBuilder head = new StringBuilder();
        while (head.indexOf("\r\n\r\n") < 0) {
            head.append((char) in.read());
        }
        return head.toString();
    }

    @Test
    void aTerminalGetsTextAndNothingElseUnlessAskedFor() throws Exception {
        try (Launched server = serve();
                Libc libc = new Libc()) {
            String url = "http://127.0.0.1:" + server.port() + "/";
            PseudoTerminal pty = PseudoTerminal.open(libc);
            try {
                assertThat(onTerminal(libc, pty, 0, "hello\r\n", url + "a.txt")).isEmpty();
                assertThat(onTerminal(libc, pty, 1, "", url + "binary"))
                        .startsWith("millrace: the body is no text, and could upset the terminal");
                assertThat(onTerminal(libc, pty, 0, "a\0b", "-o", "-", url + "binary")).isEmpty();
            } finally {
                pty.close(libc);
            }
        }
    }

    /** What is said on standard error, which is no terminal. */
    private String onTerminal(
            Libc libc, PseudoTerminal pty, int status, String output, String... words)
            throws IOException, InterruptedException {
        List<String> all =
                new ArrayList<>(List.of(Launched.root().resolve("millrace").toString(), "get"));
        all.addAll(List.of(words));
        ProcessBuilder builder = new ProcessBuilder(all);
        builder.environment().put("MILLRACE_BUILD", "no");
        Process get = builder.redirectOutput(new File(pty.path())).start();
        StringBuilder shown = new StringBuilder();
        Kernel.await(
                output,
                () -> {
                    shown.append(pty.shown(libc));
                    return !get.isAlive() && shown.toString().equals(output);
                });
        assertThat(get.exitValue()).isEqualTo(status);
        return new String(get.getErrorStream().readAllBytes(), StandardCharsets.UTF_8);
    }

    /** The server holds the second half until the line has been seen. */
    @Test
    void progressIsALineOfTheTerminal() throws Exception {
        Launched.requireBuilt();
        try (ServerSocket server = new ServerSocket(0, 5, InetAddress.getLoopbackAddress());
                Libc libc = new Libc()) {
            PseudoTerminal pty = PseudoTerminal.open(libc);
            pty.resize(libc, 24, 60);
            ProcessBuilder builder =
                    new ProcessBuilder(
                            Launched.root().resolve("millrace").toString(),
                            "get",
                            "-O",
                            "http://127.0.0.1:" + server.getLocalPort() + "/file");
            builder.environment().put("MILLRACE_BUILD", "no");
            builder.directory(folder.toFile());
            Process get = builder.redirectError(new File(pty.path())).start();
            StringBuilder shown = new StringBuilder();
            try (Socket peer = server.accept()) {
                asked(peer);
                String head = "HTTP/1.1 200 OK\r\nContent-Length: 2000\r\n\r\n" + "x".repeat(1000);
                peer.getOutputStream().write(head.getBytes(StandardCharsets.ISO_8859_1));
                awaitShown(libc, pty, shown, "\r 50 %  [");
                peer.getOutputStream().write(new byte[1000]);
                awaitShown(libc, pty, shown, "\r100 %  [");
                assertThat(get.waitFor(Launched.DEADLINE_SECONDS, TimeUnit.SECONDS)).isTrue();
                assertThat(get.exitValue()).isZero();
                awaitShown(libc, pty, shown, "\r\n");
            } finally {
                get.destroyForcibly();
                pty.close(libc);
            }
        }
    }

    private static void awaitShown(
            Libc libc, PseudoTerminal pty, StringBuilder shown, String wanted) {
        Kernel.await(
                wanted,
                () -> {
                    shown.append(pty.shown(libc));
                    return shown.indexOf(wanted) >= 0;
                });
    }
}
