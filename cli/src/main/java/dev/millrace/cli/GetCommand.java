package dev.millrace.cli;

import dev.millrace.cli.get.Fetch;
import dev.millrace.cli.get.GetPlan;
import dev.millrace.cli.get.Outcome;
import dev.millrace.loop.Loop;
import java.io.PrintStream;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;

/** {@code millrace get}: one request, whose response goes to standard output or to a file. */
final class GetCommand implements Command {
    @Override
    public String name() {
        return "get";
    }

    @Override
    public String summary() {
        return "fetch a URL";
    }

    @Override
    public String operand() {
        return "URL";
    }

    @Override
    public List<Option> options() {
        return GetSettings.options();
    }

    @Override
    public String notes() {
        return """
        A file has the name FILE.part until it is whole, and FILE.part.from beside it says where it came
        from; a file that is there is replaced at the end only, and by -O not at all. After a break, a
        signal or a full disk -c asks for the rest, if what is there is still the server's (If-Range),
        and for all of it otherwise.
        The exit status is 0 for a status of 2xx, its first digit for others (4 for 404), 1 without a
        whole response, 2 for wrong usage, 130 after Ctrl-C. Only 2xx is written to a file. A body of
        @FILE or @- (standard input) goes as it is.
        Without --proxy the variables http_proxy, https_proxy and no_proxy say which proxy it goes through.
        TIME is 500ms, 5s, 2m, 1h, or a number of seconds; 0 for no limit.
        """;
    }

    @Override
    public int run(Arguments arguments, PrintStream out) {
        RequestUrl url = RequestUrl.parse(arguments.operand().orElseThrow(GetCommand::noUrl));
        return run(GetSettings.read(arguments, url));
    }

    private static UsageError noUrl() {
        return new UsageError(
                "get needs a URL, http://127.0.0.1:8080/ for instance; see: millrace help get");
    }

    static int run(GetPlan plan) {
        AtomicReference<Fetch> running = new AtomicReference<>();
        CountDownLatch ended = new CountDownLatch(1);
        try {
            Loop.run(loop -> {
                Fetch fetch = new Fetch(loop, plan);
                running.set(fetch);
                Signals.onStop(number -> loop.execute(() -> fetch.interrupt(number)), ended);
                fetch.start();
            });
        } finally {
            ended.countDown();
        }
        Outcome outcome = running.get().outcome();
        if (!outcome.complaint().isEmpty()) {
            Console.complain(outcome.complaint());
        }
        return outcome.status();
    }
}
