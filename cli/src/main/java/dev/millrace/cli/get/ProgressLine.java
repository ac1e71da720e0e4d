package dev.millrace.cli.get;

import java.util.Locale;

/** One line that says how far a transfer is. */
final class ProgressLine {
    private static final String[] UNITS = {"B", "KiB", "MiB", "GiB", "TiB"};
    private static final int BAR_MAX = 40;
    private static final int BAR_MIN = 6;

    private ProgressLine() {}

    /**
     * The line, no longer than {@code columns}.
     *
     * @param done bytes that are there
     * @param total bytes of the whole; -1 if that is not known
     * @param perSecond bytes; 0 if nothing is known yet
     */
    static String text(long done, long total, long perSecond, int columns) {
        String rate = perSecond > 0 ? "  " + size(perSecond) + "/s" : "";
        if (total <= 0) {
            return cut(size(done) + rate, columns);
        }
        double part = Math.min(1, (double) done / total);
        String percent = String.format(Locale.ROOT, "%3d %%", (int) (part * 100));
        String numbers =
                "  " + size(done) + " of " + size(total) + rate + left(done, total, perSecond);
        int room = Math.min(BAR_MAX, columns - percent.length() - numbers.length() - 4);
        String bar = room < BAR_MIN ? "" : "  " + bar(part, room);
        return cut(percent + bar + numbers, columns);
    }

    private static String bar(double part, int room) {
        int full = (int) (part * room);
        return "[" + "=".repeat(full) + " ".repeat(room - full) + "]";
    }

    private static String left(long done, long total, long perSecond) {
        if (perSecond <= 0 || done >= total) {
            return "";
        }
        long seconds = (total - done + perSecond - 1) / perSecond;
        String minutes = String.format(Locale.ROOT, "%d:%02d", seconds / 60 % 60, seconds % 60);
        if (seconds < 3600) {
            return "  " + minutes + " left";
        }
        return "  " + seconds / 3600 + " h " + seconds / 60 % 60 + " min left";
    }

    private static String cut(String text, int columns) {
        return text.length() <= columns ? text : text.substring(0, columns);
    }

    static String size(long bytes) {
        double size = bytes;
        int unit = 0;
        while (size >= 1000 && unit < UNITS.length - 1) {
            size /= 1024;
            unit++;
        }
        return String.format(Locale.ROOT, unit == 0 ? "%.0f %s" : "%.1f %s", size, UNITS[unit]);
    }
}
