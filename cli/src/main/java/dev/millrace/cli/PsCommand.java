package dev.millrace.cli;

import dev.millrace.cluster.ControlClient;
import dev.millrace.loop.Loop;
import java.io.PrintStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;

/** {@code millrace ps}: the workers of a program that runs. */
final class PsCommand implements Command {
    static final String NOTES =
            """
            Without --control it is the only program of this user that runs: their sockets are in
            XDG_RUNTIME_DIR or in /tmp. The exit status is 3 where nothing runs.
            """;

    private static final String WATCH = "--watch";
    private static final Duration PERIOD = Duration.ofSeconds(1);

    static Option control() {
        return new Option(ClusterSettings.CONTROL, "PATH", "the program's Unix socket");
    }

    @Override
    public String name() {
        return "ps";
    }

    @Override
    public String summary() {
        return "list the workers of a program";
    }

    @Override
    public List<Option> options() {
        return List.of(control(), Option.flag("", WATCH, "again each second, until Ctrl-C"));
    }

    @Override
    public String notes() {
        return NOTES;
    }

    @Override
    public int run(Arguments arguments, PrintStream out) {
        Path path = ControlRequest.choose(ClusterSettings.control(arguments), ControlPlace.usual());
        List<WorkerRow> rows = ControlRequest.send(path, "ps").stream().map(WorkerRow::of).toList();
        if (!arguments.has(WATCH)) {
            new WorkerTable().lines(rows, 0).forEach(out::println);
            return Main.OK;
        }
        watch(path);
        return Main.OK;
    }

    private static void watch(Path path) {
        CountDownLatch ended = new CountDownLatch(1);
        try {
            Loop.run(loop -> {
                LiveLines lines = LiveLines.onOutput(loop);
                WorkerTable table = new WorkerTable();
                Runnable[] stop = {() -> {}};
                var timer = loop.setInterval(PERIOD, () -> show(loop, path, table, lines, stop));
                stop[0] =
                        () -> {
                            timer.close();
                            lines.close();
                        };
                show(loop, path, table, lines, stop);
                Signals.onStop(() -> loop.execute(stop[0]), ended);
            });
        } finally {
            ended.countDown();
        }
    }

    /** The program's end is the end of the list. */
    private static void show(
            Loop loop, Path path, WorkerTable table, LiveLines lines, Runnable[] stop) {
        ControlClient.ask(loop, path, "ps")
                .handle((response, failure) -> {
                    if (failure != null) {
                        stop[0].run();
                    } else {
                        List<WorkerRow> rows = response.stream().map(WorkerRow::of).toList();
                        lines.show(table.lines(rows, loop.hrtime()));
                    }
                    return true;
                });
    }
}
