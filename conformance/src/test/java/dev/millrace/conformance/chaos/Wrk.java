package dev.millrace.conformance.chaos;

import java.io.IOException;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A client of another make beside the load: wrk, whose connections never rest. */
final class Wrk implements AutoCloseable {
    private static final Pattern COUNT = Pattern.compile("(\\d+) requests in");

    private final Process process;

    Wrk(int port, int connections) throws IOException {
        List<String> command =
                List.of("wrk", "-t1", "-c" + connections, "-d1h", "http://127.0.0.1:" + port + "/");
        process = new ProcessBuilder(command).redirectErrorStream(true).start();
    }

    /** Ends it, which has it print its figures. */
    void judge(Report report) throws IOException {
        ClusterProcess.signal("INT", process.pid());
        String text = new String(process.getInputStream().readAllBytes());
        Matcher count = COUNT.matcher(text);
        boolean isFound = count.find();
        report.line("requests of wrk", isFound ? count.group(1) : "none");
        report.require(isFound && !count.group(1).equals("0"), "wrk has served nothing: " + text);
        report.require(
                !text.contains("Socket errors") && !text.contains("Non-2xx"), "wrk says " + text);
    }

    @Override
    public void close() {
        process.destroyForcibly();
    }
}
