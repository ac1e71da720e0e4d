package dev.millrace.net;

import java.time.Duration;
import java.util.Objects;

/**
 * How a connection is made by name, as RFC 8305 has it: the name's addresses are tried by turns of
 * their families, another one each time {@link #attemptDelay} has passed or an attempt has failed,
 * all in parallel; the first to stand is kept.
 *
 * {@snippet class="dev.millrace.net.ConnectExamplesTest" region="names"}
 *
 * @param resolver who knows the addresses
 * @param family which of them are tried, and of which kind the first one is
 * @param attemptDelay how long an attempt has before the next address is tried beside it
 */
public record NameOptions(NameResolver resolver, AddressFamily family, Duration attemptDelay) {
    /** How many addresses of a name are tried at most: a descriptor each, at the same time. */
    public static final int ADDRESSES_MAX = 32;

    /** A shorter one floods the network (RFC 8305 section 8). */
    private static final Duration SHORTEST_DELAY = Duration.ofMillis(10);

    /** The system's resolver, both families, 250 ms. */
    public static final NameOptions DEFAULTS =
            new NameOptions(NameResolver.SYSTEM, AddressFamily.ANY, Duration.ofMillis(250));

    /**
     * @throws IllegalArgumentException if the delay is shorter than 10 ms
     */
    public NameOptions {
        Objects.requireNonNull(resolver, "resolver");
        Objects.requireNonNull(family, "family");
        if (attemptDelay.compareTo(SHORTEST_DELAY) < 0) {
            throw new IllegalArgumentException(
                    "attemptDelay is " + attemptDelay + ": use " + SHORTEST_DELAY + " or more");
        }
    }

    /** These options with another source of addresses. */
    public NameOptions withResolver(NameResolver resolver) {
        return new NameOptions(resolver, family, attemptDelay);
    }

    /** These options with another choice of addresses. */
    public NameOptions withFamily(AddressFamily family) {
        return new NameOptions(resolver, family, attemptDelay);
    }

    /** These options with another delay between attempts. */
    public NameOptions withAttemptDelay(Duration attemptDelay) {
        return new NameOptions(resolver, family, attemptDelay);
    }
}
