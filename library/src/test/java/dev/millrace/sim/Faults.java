package dev.millrace.sim;

import java.util.EnumMap;
import java.util.Map;
import java.util.SplittableRandom;

/**
 * How often each {@link Fault} strikes.
 *
 * @param rates the probability of each at its every occasion; those that are missing never strike
 * @param descriptors how many a process may have open; 0 is without limit
 */
record Faults(Map<Fault, Double> rates, int descriptors) {
    /** A kernel and a network in which nothing goes wrong, and nothing takes time. */
    static final Faults NONE = new Faults(Map.of(), 0);

    /** All of them, each as often as leaves most connections something to do. */
    static final Faults ALL = all();

    Faults {
        rates.forEach((fault, rate) -> {
            if (rate < 0 || rate > 1) {
                throw new IllegalArgumentException(fault + " strikes at a rate of " + rate);
            }
        });
        rates = Map.copyOf(rates);
    }

    /** These, with {@code fault} at {@code rate}. */
    Faults with(Fault fault, double rate) {
        Map<Fault, Double> changed = new EnumMap<>(Fault.class);
        changed.putAll(rates);
        changed.put(fault, rate);
        return new Faults(changed, descriptors);
    }

    /** These, with a limit of open descriptors. */
    Faults withDescriptors(int limit) {
        return new Faults(rates, limit);
    }

    double rate(Fault fault) {
        return rates.getOrDefault(fault, 0.0);
    }

    /**
     * Some of {@link #ALL}, stronger or weaker: a fault that strikes all the time hides what
     * happens without it, so every run leaves some out.
     */
    static Faults some(SplittableRandom random) {
        Faults chosen = NONE;
        for (Fault fault : Fault.values()) {
            double strength = random.nextDouble(0.1, 1.5);
            if (random.nextInt(3) > 0) {
                chosen = chosen.with(fault, Math.min(0.9, ALL.rate(fault) * strength));
            }
        }
        return random.nextInt(8) == 0 ? chosen.withDescriptors(random.nextInt(40, 200)) : chosen;
    }

    private static Faults all() {
        return NONE.with(Fault.DELAY, 0.5)
                .with(Fault.SHORT_READ, 0.2)
                .with(Fault.SHORT_WRITE, 0.2)
                .with(Fault.EAGAIN, 0.15)
                .with(Fault.SPURIOUS_WAKE_UP, 0.05)
                .with(Fault.REORDER, 0.5)
                .with(Fault.IMMEDIATE_CONNECT, 0.2)
                .with(Fault.REFUSE, 0.02)
                .with(Fault.CONNECT_TIMEOUT, 0.01)
                .with(Fault.RESET, 0.05)
                .with(Fault.BLACK_HOLE, 0.01)
                .with(Fault.ABORT, 0.02)
                .with(Fault.ACCEPT_ERROR, 0.01)
                .with(Fault.EMFILE, 0.01);
    }
}
