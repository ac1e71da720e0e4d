package dev.millrace.bench;

import java.io.IOException;
import java.nio.file.Path;

/** {@code bench/compare}: this project and its peers, side by side in one run. */
public final class Compare {

    private Compare() {}

    public static void main(String[] arguments) throws IOException, InterruptedException {
        Options options;
        try {
            options = Options.parse(arguments);
        } catch (IllegalArgumentException wrong) {
            System.err.print("compare: " + wrong.getMessage() + "\n" + Options.USAGE);
            System.exit(2);
            return;
        }
        Layout layout = new Layout(Path.of(System.getProperty("millrace.root")).toAbsolutePath());
        if (!System.getProperty("os.name").equals("Linux") || Tools.onPath("taskset").isEmpty()) {
            System.err.println("compare: needs Linux and taskset (util-linux)");
            System.exit(2);
        }
        System.out.println(Machine.describe() + "\n");
        for (Workload workload : options.workloads()) {
            run(workload, options, layout);
        }
    }

    private static void run(Workload workload, Options options, Layout layout)
            throws IOException, InterruptedException {
        Tools tools = new Tools(layout);
        Load load = new Load(layout, tools);
        Starter starter = new Starter(layout, new Peers(layout, tools), options);
        Results results = new Results(layout, workload);
        switch (workload) {
            case IDLE -> new IdleRun(layout, tools, options, load, starter, results).run();
            case STARTUP -> new StartupRun(tools, options, starter, results).run();
            default -> new Rounds(workload, options, load, starter, results).run();
        }
        for (String reason : starter.leftOut()) {
            results.add("Left out: " + reason);
        }
    }
}
