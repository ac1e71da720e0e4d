package dev.millrace.http.wire;

import java.util.List;

/** How many samples of a folder are read to their end, and how many are refused. */
public record GoldenCount(int read, int refused) {

    /** Of {@code request} or {@code response}. */
    public static GoldenCount of(String folder) {
        List<GoldenSample> all = GoldenSample.in(folder);
        int refused = (int) all.stream().filter(GoldenSample::isRefused).count();
        return new GoldenCount(all.size() - refused, refused);
    }

    /** Prints them. */
    public static void main(String... arguments) {
        for (String folder : new String[] {"request", "response"}) {
            GoldenCount count = of(folder);
            System.out.printf("%-9s %5d read %5d refused%n", folder, count.read, count.refused);
        }
    }
}
