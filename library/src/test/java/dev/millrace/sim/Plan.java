package dev.millrace.sim;

import java.util.SplittableRandom;

/**
 * What one end of a conversation does.
 *
 * @param bytes how much it sends
 * @param chunkMax the most of one write
 * @param isEager whether it writes on when {@code write} has answered false
 * @param pausing how often it pauses after a chunk it received
 * @param isPicky whether it takes only part of a chunk now and then
 * @param ending how it leaves
 * @param endingMillis for {@link Ending#DESTROY} and {@link Ending#RESET}: after so long
 */
record Plan(
        long bytes,
        int chunkMax,
        boolean isEager,
        double pausing,
        boolean isPicky,
        Ending ending,
        int endingMillis) {
    enum Ending {
        /** When it has sent everything. */
        END,
        DESTROY,
        RESET
    }

    static Plan of(SplittableRandom random) {
        int bits = random.nextInt(80) == 0 ? 19 : random.nextInt(15);
        boolean isKind = random.nextInt(5) > 0;
        return new Plan(
                Payload.NAME_BYTES + random.nextLong(1L << bits),
                1 << random.nextInt(4, 18),
                random.nextInt(3) == 0,
                random.nextInt(3) == 0 ? random.nextDouble(0.3) : 0,
                random.nextInt(4) == 0,
                isKind ? Ending.END : random.nextBoolean() ? Ending.DESTROY : Ending.RESET,
                random.nextInt(100));
    }

    boolean isDestructive() {
        return ending != Ending.END;
    }
}
