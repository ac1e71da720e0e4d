package dev.millrace.http.wire;

import java.util.List;

/** The bytes of the golden samples, for programs that make others from them. */
public final class GoldenCorpus {
    private GoldenCorpus() {}

    /** Those of {@code request} or {@code response} that are read to their end. */
    public static List<byte[]> read(String folder) {
        return GoldenSample.in(folder).stream()
                .filter(sample -> !sample.isRefused())
                .map(GoldenSample::input)
                .toList();
    }

    /** All of them. */
    public static List<byte[]> all(String folder) {
        return GoldenSample.in(folder).stream().map(GoldenSample::input).toList();
    }
}
