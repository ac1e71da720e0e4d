package dev.millrace.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * A table that reads well unrendered too: columns are padded; the first is text, the others are
 * figures.
 */
final class MarkdownTable {

    private final List<List<String>> rows = new ArrayList<>();

    MarkdownTable(String... heads) {
        rows.add(List.of(heads));
    }

    void row(List<String> cells) {
        rows.add(cells);
    }

    /** A figure, or a dash for one that is not known. */
    static String figure(String format, double value) {
        return Double.isNaN(value) ? "-" : String.format(Locale.ROOT, format, value);
    }

    @Override
    public String toString() {
        int columns = rows.getFirst().size();
        int[] widths = new int[columns];
        for (List<String> row : rows) {
            for (int i = 0; i < columns; i++) {
                widths[i] = Math.max(widths[i], row.get(i).length());
            }
        }
        StringBuilder text = new StringBuilder();
        for (int r = 0; r < rows.size(); r++) {
            for (int i = 0; i < columns; i++) {
                String cell = rows.get(r).get(i);
                String blanks = " ".repeat(widths[i] - cell.length());
                text.append("| ").append(i == 0 ? cell + blanks : blanks + cell).append(' ');
            }
            text.append("|\n");
            if (r == 0) {
                for (int i = 0; i < columns; i++) {
                    text.append("| ").append("-".repeat(widths[i] - (i == 0 ? 0 : 1)));
                    text.append(i == 0 ? " " : ": ");
                }
                text.append("|\n");
            }
        }
        return text.toString();
    }
}
