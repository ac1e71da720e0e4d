package dev.millrace.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.sys.Libc;
import dev.millrace.sys.PseudoTerminal;
import dev.millrace.testing.Kernel;
import java.io.File;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The command bench as a user sees it. */
class BenchTest {

    private static Launched bench(Launched server, String... words) {
        String[] all = new String[words.length + 2];
        all[0] = "bench";
        all[1] = "http://127.0.0.1:" + server.port() + "/";
        System.arraycopy(words, 0, all, 2, words.length);
        return Launched.start(all);
    }

    @Test
    void aReportIsForPeople() {
        try (Launched server = Launched.start("hello", "--port=0").listening();
                Launched bench = bench(server, "-n", "1000", "-c", "4", "-p", "2")) {
            assertThat(bench.output())
                    .startsWith("http://127.0.0.1:" + server.port() + "/, 4 connections, 1 thread")
                    .contains(", 2 requests at once on each\n")
                    .containsPattern("\n  rate       [\\d,]+ responses/s, [\\d.]+ MiB/s\n")
                    .containsPattern("\n  latency    mean [\\d.]+ ms\n")
                    .containsPattern("\n             p50 [\\d.]+ · p75 .* · p99.99 [\\d.]+ · max ")
                    .containsPattern("\n  responses  1,000 \\(2xx 1,000\\) in [\\d.]+ s\n")
                    .contains("\n  failures   none\n")
                    .containsPattern("\n  load       CPU [\\d.]+ us a response, \\d+ % of one");
            assertThat(bench.errors()).isEmpty();
            assertThat(bench.status()).isZero();
        }
    }

    @Test
    void aReportIsForPrograms() {
        try (Launched server = Launched.start("hello", "--port=0").listening();
                Launched bench = bench(server, "-n", "300", "-t", "2", "--json", "--data", "x")) {
            assertThat(bench.output())
                    .startsWith("{\n")
                    .containsPattern("\"connections\" : 64,\n  \"threads\" : 2,\n")
                    .contains("\"all\" : 300,\n    \"2xx\" : 0,\n")
                    .contains("\"4xx\" : 300,")
                    .contains("\"connect\" : 0,\n    \"timeout\" : 0,\n    \"cutOff\" : 0,\n")
                    .containsPattern("\"p99.9\" : \\d+,")
                    .containsPattern("\"cpuMicrosPerResponse\" : [\\d.]+\n");
            assertThat(bench.status()).isZero();
        }
    }

    @Test
    void aUnixSocketIsLoaded(@TempDir Path folder) {
        String path = folder.resolve("socket").toString();
        try (Launched server = Launched.start("hello", "--unix", path).listening();
                Launched bench = Launched.start("bench", "--unix", path, "-n50", "x")) {
            assertThat(server.startLine()).contains("unix:");
            assertThat(bench.output()).contains("50 (2xx 50)");
            assertThat(bench.status()).isZero();
        }
    }

    @Test
    void aSignalEndsItWithTheReport() throws IOException {
        try (ServerSocket server = new ServerSocket(0, 5, InetAddress.getLoopbackAddress());
                Launched bench =
                        Launched.start(
                                "bench",
                                "-d1h",
                                "-c1",
                                "--warm-up=0",
                                "http://127.0.0.1:" + server.getLocalPort());
                Socket served = server.accept()) {
            served.getOutputStream()
                    .write("HTTP/1.1 204 No\r\n\r\n".getBytes(StandardCharsets.ISO_8859_1));
            // Two requests: the first one has its response.
            String twice = new String(served.getInputStream().readNBytes(60));
            assertThat(twice).startsWith("GET / HTTP/1.1\r\n");
            assertThat(bench.signal("INT").status()).isEqualTo(130);
            assertThat(bench.output()).contains(" responses/s, ").doesNotContain("millrace:");
            assertThat(bench.errors()).isEmpty();
        }
    }

    @Test
    void aTerminalIsToldEachSecond() throws Exception {
        try (Launched server = Launched.start("hello", "--port=0").listening();
                Libc libc = new Libc()) {
            PseudoTerminal pty = PseudoTerminal.open(libc);
            ProcessBuilder builder =
                    new ProcessBuilder(
                            Launched.root().resolve("millrace").toString(),
                            "bench",
                            "-d1h",
                            "-R100",
                            "--warm-up=1500ms",
                            "127.0.0.1:" + server.port());
            builder.environment().put("MILLRACE_BUILD", "no");
            Process bench = builder.redirectError(new File(pty.path())).start();
            StringBuilder shown = new StringBuilder();
            try {
                Pattern second = Pattern.compile("^warming up\r\n\\d+ s · \\d+ responses/s\r\n");
                Kernel.await(
                        "a line",
                        () -> {
                            shown.append(pty.shown(libc));
                            return second.matcher(shown).find();
                        });
                assertThat(bench.isAlive()).isTrue();
            } finally {
                bench.destroyForcibly();
                pty.close(libc);
            }
        }
    }

    @Test
    void aServerThatIsNotThereIsAFailure() throws IOException {
        int port;
        try (ServerSocket closed = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = closed.getLocalPort();
        }
        String url = "http://127.0.0.1:" + port + "/";
        try (Launched bench = Launched.start("bench", url)) {
            assertThat(bench.errors())
                    .startsWith("millrace: no response from " + url + ": connect ECONNREFUSED")
                    .hasLineCount(1);
            assertThat(bench.output()).isEmpty();
            assertThat(bench.status()).isEqualTo(1);
        }
    }
}
