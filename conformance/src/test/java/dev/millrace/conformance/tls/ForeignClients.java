package dev.millrace.conformance.tls;

import dev.millrace.conformance.ServerProcess;
import dev.millrace.tls.TestCertificates;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.net.ssl.SSLContext;

/** curl, Node, Java's own client and wrk at our servers. */
final class ForeignClients {
    private static final Pattern REQUESTS = Pattern.compile("(\\d+) requests in");
    private static final Pattern SOCKET_ERRORS =
            Pattern.compile("connect (\\d+), read (\\d+), write (\\d+), timeout (\\d+)");
    private static final Pattern STATUS_ERRORS = Pattern.compile("Non-2xx[^:]*: (\\d+)");

    private static final int WRK_RUNS_MAX = 60;

    private ForeignClients() {}

    static Tally curl(Stage stage, int count) throws IOException {
        return curl(stage, stage.serve(), count, List.of());
    }

    static Tally curlWithCertificate(Stage stage, int count) throws IOException {
        Credentials own = stage.credentials;
        return curl(
                stage,
                stage.mutual(),
                count,
                List.of("--cert", own.client().toString(), "--key", own.clientKey().toString()));
    }

    private static Tally curl(Stage stage, int port, int count, List<String> more) {
        List<String> command =
                new ArrayList<>(
                        List.of("curl", "-sS", "-4", "--http1.1", "--no-sessionid", "--cacert"));
        command.add(stage.credentials.authority().toString());
        command.addAll(more);
        command.addAll(List.of("-H", "Connection: close", "-o", "/dev/null"));
        command.addAll(List.of("-w", "%{http_code} %{num_connects} %{size_download}\n"));
        command.add("https://localhost:" + port + "/?[1-" + count + "]");
        List<String> lines = Stage.run(command).lines().toList();
        Tally tally = new Tally().how("one process, a connection for each");
        String right = "200 1 " + Stage.HELLO.length();
        lines.stream().filter(right::equals).forEach(line -> tally.done(1));
        lines.stream().filter(line -> !right.equals(line)).forEach(line -> tally.failed(1, line));
        int missing = count - tally.done() - tally.failures();
        tally.failed(Math.max(missing, 0), "no line of curl's");
        return tally;
    }

    static Tally nodeHttps(Stage stage, int count) throws IOException {
        return node(stage, "https", stage.serve(), count, List.of());
    }

    static Tally nodeHttpsWithCertificate(Stage stage, int count) throws IOException {
        Credentials own = stage.credentials;
        return node(
                stage,
                "https",
                stage.mutual(),
                count,
                List.of(own.client().toString(), own.clientKey().toString()));
    }

    static Tally nodeTls(Stage stage, int count) throws IOException {
        return node(stage, "tls", stage.echo(), count, List.of());
    }

    static String nodeProgram() {
        return ServerProcess.root().resolve("conformance/peers/tls.js").toString();
    }

    private static Tally node(Stage stage, String kind, int port, int count, List<String> more) {
        List<String> command = new ArrayList<>(List.of("node", nodeProgram(), kind));
        command.addAll(List.of(Integer.toString(port), Integer.toString(count)));
        command.add(stage.credentials.authority().toString());
        command.addAll(more);
        List<String> lines = Stage.run(command).lines().toList();
        Tally tally = new Tally();
        if (lines.isEmpty() || !lines.getFirst().matches("\\d+")) {
            tally.failed(count, String.join(" ", lines));
            return tally;
        }
        lines.stream().skip(1).forEach(line -> tally.failed(1, line));
        tally.done(count - tally.failures());
        return tally.how(lines.getFirst() + " resumed");
    }

    /** A new client for each, so that none keeps a connection; half of them know a session. */
    static Tally java(Stage stage, int count) throws IOException {
        Tally tally = new Tally().how("a client for each, every other with the sessions of before");
        URI uri = URI.create("https://localhost:" + stage.serve() + "/");
        SSLContext kept = TestCertificates.foreign();
        for (int number = 0; number < count; number++) {
            SSLContext context = number % 2 == 0 ? TestCertificates.foreign() : kept;
            try (HttpClient client = HttpClient.newBuilder().sslContext(context).build()) {
                HttpResponse<String> response =
                        client.send(
                                HttpRequest.newBuilder(uri).build(),
                                HttpResponse.BodyHandlers.ofString());
                tally.check(response.body().equals(Stage.HELLO), response.toString());
            } catch (IOException e) {
                tally.failed(1, e.toString());
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return tally;
            }
        }
        return tally;
    }

    /** A second, and again until there are enough. */
    static Tally wrk(Stage stage, int count) throws IOException {
        List<String> command =
                List.of(
                        "wrk",
                        "-t1",
                        "-c16",
                        "-d1s",
                        "-H",
                        "Connection: close",
                        "https://127.0.0.1:" + stage.serve() + "/");
        Tally tally = new Tally();
        int runs = 0;
        while (tally.done() < count && tally.failures() == 0) {
            String text = Stage.run(command);
            runs++;
            tally.done(number(REQUESTS, text));
            tally.failed(number(SOCKET_ERRORS, text) + number(STATUS_ERRORS, text), text);
            tally.failed(runs == WRK_RUNS_MAX ? 1 : 0, "only so many in " + runs + " s");
        }
        return tally.how("in " + runs + " s, as many as come");
    }

    /** The sum of the groups; 0 if there is no such line. */
    private static int number(Pattern pattern, String text) {
        Matcher matcher = pattern.matcher(text);
        int sum = 0;
        if (matcher.find()) {
            for (int group = 1; group <= matcher.groupCount(); group++) {
                sum += Integer.parseInt(matcher.group(group));
            }
        }
        return sum;
    }
}
