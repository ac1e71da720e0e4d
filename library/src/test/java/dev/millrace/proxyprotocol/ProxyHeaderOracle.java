package dev.millrace.proxyprotocol;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** What holds for whatever bytes a peer sends; for programs that make some. */
public final class ProxyHeaderOracle {
    private ProxyHeaderOracle() {}

    /** The bytes of every sample, alone and with some that follow. */
    public static List<byte[]> seeds() {
        List<byte[]> seeds = new ArrayList<>();
        for (HeaderSample sample : HeaderSample.all()) {
            seeds.add(sample.bytes());
            seeds.add(Arrays.copyOf(sample.bytes(), sample.bytes().length + 20));
        }
        return seeds;
    }

    /**
     * Throws if the outcome depends on cuts, or a header is another one when it is written again.
     */
    public static void check(byte[] input) {
        String whole = outcome(input, input.length);
        for (int step : new int[] {1, 2, 7, 15, 16, 17}) {
            String cut = outcome(input, step);
            if (!cut.equals(whole)) {
                throw new AssertionError("in pieces of " + step + ": " + cut + ", whole: " + whole);
            }
        }
        ProxyHeader header = header(input, input.length);
        if (header != null) {
            byte[] again = header.encode();
            ProxyHeader second = header(again, again.length);
            if (!header.equals(second)) {
                throw new AssertionError(header + " became " + second);
            }
        }
    }

    private static ProxyHeader header(byte[] input, int step) {
        try {
            ProxyHeaderParser parser = new ProxyHeaderParser(65_551);
            for (int at = 0; at < input.length && parser.header().isEmpty(); at += step) {
                parser.take(input, at, Math.min(step, input.length - at));
            }
            return parser.header().orElse(null);
        } catch (ProxyHeaderException e) {
            return null;
        }
    }

    /** What became of it, and how many bytes were taken. */
    static String outcome(byte[] input, int step) {
        ProxyHeaderParser parser = new ProxyHeaderParser(HeaderSample.MAX_BYTES);
        int taken = 0;
        try {
            for (int at = 0; at < input.length && parser.header().isEmpty(); at += step) {
                // Another array for each piece, which is overwritten afterwards.
                byte[] piece = Arrays.copyOfRange(input, at, Math.min(at + step, input.length));
                taken += parser.take(piece, 0, piece.length);
                Arrays.fill(piece, (byte) 'x');
            }
        } catch (ProxyHeaderException e) {
            return String.valueOf(e.getMessage());
        }
        return parser.header().map(HeaderSample::text).orElse("more") + " after " + taken;
    }
}
