package dev.millrace.kernel;

import java.time.Duration;

/**
 * TCP keep-alive: when a connection that is idle is probed, and when a peer that answers no probe
 * counts as gone, by ETIMEDOUT (tcp(7)). The defaults are libuv's.
 *
 * <p>Windows differs: its control code SIO_KEEPALIVE_VALS has two values alone, idle and interval,
 * and 10 probes that nothing changes; its newer releases and the JDK know all three as options.
 * Where an option is missing the system's own value holds, on Windows 2 h of idle time and a second
 * between probes, and keep-alive is on all the same.
 *
 * {@snippet class="dev.millrace.net.NetServerExamplesTest" region="keepAlive"}
 *
 * @param idle how long nothing came before the first probe (TCP_KEEPIDLE); whole seconds, cut
 * @param interval between probes (TCP_KEEPINTVL); whole seconds, cut
 * @param probes unanswered ones until the connection ends (TCP_KEEPCNT)
 */
public record KeepAlive(Duration idle, Duration interval, int probes) {
    /** A first probe after 60 s, then one a second, ten at most. */
    public static final KeepAlive DEFAULTS =
            new KeepAlive(Duration.ofSeconds(60), Duration.ofSeconds(1), 10);

    private static final int SECONDS_MAX = 32_767;
    private static final int PROBES_MAX = 127;

    /** Checks what the kernel would refuse with EINVAL. */
    public KeepAlive {
        check(idle.toSeconds(), SECONDS_MAX, "idle seconds");
        check(interval.toSeconds(), SECONDS_MAX, "interval seconds");
        check(probes, PROBES_MAX, "probes");
    }

    private static void check(long value, int max, String name) {
        if (value < 1 || value > max) {
            throw new IllegalArgumentException(
                    name + " of a keep-alive are 1 to " + max + ", not " + value + " (EINVAL)");
        }
    }

    /** These settings with the first probe after {@code idle}. */
    public KeepAlive withIdle(Duration idle) {
        return new KeepAlive(idle, interval, probes);
    }

    /** These settings with probes so far apart. */
    public KeepAlive withInterval(Duration interval) {
        return new KeepAlive(idle, interval, probes);
    }

    /** These settings with so many probes. */
    public KeepAlive withProbes(int probes) {
        return new KeepAlive(idle, interval, probes);
    }
}
