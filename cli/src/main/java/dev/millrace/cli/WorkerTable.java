package dev.millrace.cli;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Workers as lines, with the requests a second since they were shown last. */
final class WorkerTable {
    private static final String FORM = "%6s %8s  %-9s %11s %10s %9s %9s %9s";

    private final Map<Long, Long> requestsBefore = new HashMap<>();
    private long nanosBefore;

    /**
     * The lines, a heading first.
     *
     * @param nowNanos the present, on any clock; 0 shows all requests so far in place of a rate
     */
    List<String> lines(List<WorkerRow> rows, long nowNanos) {
        List<String> lines = new ArrayList<>();
        String requests = nowNanos == 0 ? "requests" : "requests/s";
        lines.add(
                form(
                        "worker",
                        "pid",
                        "state",
                        "connections",
                        requests,
                        "lag p99",
                        "memory",
                        "age"));
        for (WorkerRow row : rows) {
            lines.add(
                    form(
                            String.valueOf(row.id()),
                            row.pid() == 0 ? "-" : String.valueOf(row.pid()),
                            row.state(),
                            figure(row.connections()),
                            nowNanos == 0 ? figure(row.requests()) : rate(row, nowNanos),
                            millis(row.lagMicros()),
                            mebibytes(row.memoryBytes()),
                            age(row.uptimeMillis())));
        }
        requestsBefore.clear();
        rows.forEach(row -> requestsBefore.put(row.id(), row.requests()));
        nanosBefore = nowNanos;
        return lines;
    }

    private static String form(Object... words) {
        return String.format(Locale.ROOT, FORM, words).stripTrailing();
    }

    private String rate(WorkerRow row, long nowNanos) {
        Long before = requestsBefore.get(row.id());
        if (before == null || row.requests() < 0 || nowNanos <= nanosBefore) {
            return "-";
        }
        double seconds = (nowNanos - nanosBefore) / 1e9;
        return String.valueOf(Math.round((row.requests() - before) / seconds));
    }

    private static String figure(long number) {
        return number < 0 ? "-" : String.valueOf(number);
    }

    private static String millis(long micros) {
        return micros < 0 ? "-" : String.format(Locale.ROOT, "%.1f ms", micros / 1000.0);
    }

    private static String mebibytes(long bytes) {
        return bytes == 0 ? "-" : (bytes + (1 << 19) >> 20) + " MiB";
    }

    private static String age(long millis) {
        long seconds = millis / 1000;
        if (seconds < 60) {
            return seconds + " s";
        }
        return seconds < 3600
                ? seconds / 60 + " min"
                : seconds / 3600 + " h " + seconds / 60 % 60 + " min";
    }
}
