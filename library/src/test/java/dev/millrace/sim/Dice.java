package dev.millrace.sim;

import java.util.SplittableRandom;

/** The chance of a run: everything that is random in its kernel comes from here. */
final class Dice {
    private final SplittableRandom random;
    private final double[] rates = new double[Fault.values().length];

    Dice(SplittableRandom random, Faults faults) {
        this.random = random;
        for (Fault fault : Fault.values()) {
            rates[fault.ordinal()] = faults.rate(fault);
        }
    }

    boolean strikes(Fault fault) {
        double rate = rates[fault.ordinal()];
        return rate > 0 && random.nextDouble() < rate;
    }

    /** From 0 to {@code bound}, without it. */
    int below(int bound) {
        return random.nextInt(bound);
    }

    /** From {@code from} to {@code to}, without that. */
    long between(long from, long to) {
        return random.nextLong(from, to);
    }

    /** From 1 to {@code most}, small ones as likely as large ones. */
    int upTo(int most) {
        int bits = 32 - Integer.numberOfLeadingZeros(most);
        return 1 + random.nextInt(Math.min(most, 1 << random.nextInt(bits + 1)));
    }
}
