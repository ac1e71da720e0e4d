package dev.millrace.cli;

import dev.millrace.cli.load.LatencyHistogram;
import dev.millrace.cli.load.LoadCount;
import dev.millrace.cli.load.LoadCount.Failure;
import dev.millrace.cli.load.LoadPlan;
import dev.millrace.cli.load.LoadReport;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** The report of a load for people. */
final class BenchText {
    static final double[] PERCENTILES = {50, 75, 90, 99, 99.9, 99.99};

    private BenchText() {}

    static String text(RequestUrl url, LoadPlan plan, LoadReport report) {
        LoadCount count = report.count();
        StringBuilder text = new StringBuilder();
        text.append(url).append(", ").append(plural(plan.connections(), "connection"));
        text.append(", ").append(plural(plan.threads(), "thread"));
        text.append(
                plan.pipeline() == 1 ? "" : ", " + plan.pipeline() + " requests at once on each");
        plan.rate()
                .ifPresent(rate -> text.append(", ").append(number((long) rate)).append("/s due"));
        text.append("\n\n");
        line(text, "rate", rate(report));
        line(text, "latency", "mean " + millis(count.latency().mean()) + " ms");
        line(text, "", percentiles(count.latency()));
        line(text, "responses", responses(count) + " in " + seconds(report));
        line(text, "failures", failures(count));
        // A few are always due just then.
        if (count.unsent() > report.rate() / 10) {
            line(text, "behind", number(count.unsent()) + " were due and never sent: too slow");
        }
        line(text, "load", load(report));
        return text.toString();
    }

    private static void line(StringBuilder text, String what, String value) {
        text.append("  %-10s %s%n".formatted(what, value));
    }

    private static String rate(LoadReport report) {
        String bytes = decimals(report.bytesPerSecond() / (1 << 20));
        return number(Math.round(report.rate())) + " responses/s, " + bytes + " MiB/s";
    }

    private static String percentiles(LatencyHistogram latency) {
        List<String> parts = new ArrayList<>();
        for (double percent : PERCENTILES) {
            String name = Double.toString(percent).replaceAll("\\.0$", "");
            parts.add("p" + name + " " + millis(latency.percentile(percent)));
        }
        return String.join(" · ", parts) + " · max " + millis(latency.max()) + " ms";
    }

    private static String responses(LoadCount count) {
        List<String> parts = new ArrayList<>();
        for (int hundreds = 2; hundreds <= 5; hundreds++) {
            if (count.ofClass(hundreds) > 0) {
                parts.add(hundreds + "xx " + number(count.ofClass(hundreds)));
            }
        }
        String all = number(count.responses());
        return parts.isEmpty() ? all : all + " (" + String.join(", ", parts) + ")";
    }

    private static String failures(LoadCount count) {
        List<String> parts = new ArrayList<>();
        for (Failure failure : Failure.values()) {
            if (count.failures(failure) > 0) {
                parts.add(name(failure) + " " + number(count.failures(failure)));
            }
        }
        return parts.isEmpty() ? "none" : String.join(", ", parts);
    }

    private static String name(Failure failure) {
        return failure.name().toLowerCase(Locale.ROOT).replace('_', ' ');
    }

    private static String load(LoadReport report) {
        return "CPU %s us a response, %.0f %% of one processor"
                .formatted(decimals(report.cpuMicros()), report.cpuPercent());
    }

    private static String seconds(LoadReport report) {
        return decimals(report.elapsed().toMillis() / 1e3) + " s";
    }

    private static String millis(double nanos) {
        return String.format(Locale.ROOT, nanos < 1e7 ? "%.3f" : "%.1f", nanos / 1e6);
    }

    private static String decimals(double value) {
        return String.format(Locale.ROOT, "%.2f", value);
    }

    static String number(long value) {
        return String.format(Locale.ROOT, "%,d", value);
    }

    private static String plural(long count, String what) {
        return number(count) + " " + what + (count == 1 ? "" : "s");
    }
}
