package dev.millrace.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Locale;

/**
 * Prints tables as they are ready; keeps them and every sample below {@code bench/target/compare}.
 */
final class Results {

    private static final String COLUMNS =
            "workload,variant,server,ops,ops_per_s,cpu_us,kernel_us,server_pct,load_pct,other_pct,"
                    + "mean_us,p50_us,p99_us,max_us,errors,rss_bytes\n";

    private final Path tables;
    private final Path samples;

    Results(Layout layout, Workload workload) throws IOException {
        tables = layout.output(workload.title() + ".md");
        samples = layout.output(workload.title() + ".csv");
        Files.writeString(tables, "");
        Files.writeString(samples, COLUMNS);
    }

    void add(String text) throws IOException {
        System.out.println(text);
        System.out.flush();
        Files.writeString(tables, text + "\n", StandardOpenOption.APPEND);
    }

    void sample(Workload workload, Variant variant, String server, Sample s) throws IOException {
        String line =
                String.format(
                        Locale.ROOT,
                        "%s,%s,%s,%.0f,%.1f,%.4f,%.4f,%.1f,%.1f,%.1f,%.2f,%.2f,%.2f,%.2f,%.0f,%d%n",
                        workload.title(),
                        variant.name(),
                        server,
                        s.operations(),
                        s.perSecond(),
                        s.cpuMicros(),
                        s.kernelMicros(),
                        s.serverPercent(),
                        s.loadPercent(),
                        s.otherPercent(),
                        s.meanMicros(),
                        s.p50Micros(),
                        s.p99Micros(),
                        s.maxMicros(),
                        s.errors(),
                        s.residentBytes());
        Files.writeString(samples, line, StandardOpenOption.APPEND);
    }
}
