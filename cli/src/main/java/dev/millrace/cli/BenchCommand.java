package dev.millrace.cli;

import dev.millrace.cli.load.LoadReport;
import dev.millrace.cli.load.LoadRun;
import java.io.PrintStream;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;

/** {@code millrace bench}: one request over and over, and how long the responses took. */
final class BenchCommand implements Command {
    @Override
    public String name() {
        return "bench";
    }

    @Override
    public String summary() {
        return "load an HTTP server, and time its responses";
    }

    @Override
    public String operand() {
        return "URL";
    }

    @Override
    public List<Option> options() {
        return BenchSettings.options();
    }

    @Override
    public String notes() {
        return """
        Every response is checked: its first line, its fields, the length of its body. Without --rate a
        connection sends again as soon as it has its response, so a server that stalls is asked less.
        With --rate requests are due at even distances whatever becomes of them, and each response is
        timed from the moment its request was due, also when no connection was free to send it.
        The load runs on the same machine as what it measures: pin both to CPUs of their own (taskset).
        A line a second says on a terminal how it goes on. Ctrl-C ends it early, with the report.
        The exit status is 1 when there was no response at all.
        TIME is 500ms, 5s, 2m, 1h, or a number of seconds.
        """;
    }

    @Override
    public int run(Arguments arguments, PrintStream out) {
        RequestUrl url = RequestUrl.parse(arguments.operand().orElseThrow(BenchCommand::noUrl));
        LoadRun run = new LoadRun(BenchSettings.read(arguments, url));
        AtomicInteger signal = new AtomicInteger();
        CountDownLatch ended = new CountDownLatch(1);
        Signals.onStop(
                number -> {
                    signal.set(number);
                    run.stop();
                },
                ended);
        try {
            LoadReport report = run.run(new BenchProgress());
            if (report.count().responses() == 0 && signal.get() == 0) {
                throw new Failure(nothing(url, report));
            }
            out.print(
                    arguments.has(BenchSettings.JSON)
                            ? BenchJson.text(url, run.plan(), report)
                            : BenchText.text(url, run.plan(), report));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            ended.countDown();
        }
        return signal.get() == 0 ? Main.OK : Signals.status(signal.get());
    }

    private static UsageError noUrl() {
        return new UsageError(
                "bench needs a URL, http://127.0.0.1:8080/ for instance; see: millrace help bench");
    }

    private static String nothing(RequestUrl url, LoadReport report) {
        String why = report.lastFailure();
        return "no response from " + url + (why == null ? "" : ": " + why);
    }
}
