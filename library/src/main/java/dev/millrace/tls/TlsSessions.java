package dev.millrace.tls;

import java.time.Duration;

/**
 * The sessions that later connections may go on from (RFC 8446 section 2.2), which spares them most
 * of a handshake. They are kept by each set of options, and end with it.
 *
 * {@snippet class="dev.millrace.tls.TlsExamplesTest" region="sessions"}
 *
 * @param max how many are kept; the one used longest ago makes room. A server under TLS 1.3 keeps
 *     none: what it needs is in the ticket that its client keeps
 * @param lifetime how long one may go on, in whole seconds. A client forgets it then; the JDK's
 *     server goes on from a ticket that is older as well
 */
public record TlsSessions(int max, Duration lifetime) {
    /** RFC 8446 section 4.6.1. */
    private static final Duration LIFETIME_MAX = Duration.ofDays(7);

    /** 20,480 sessions, for a day. */
    public static final TlsSessions DEFAULTS = new TlsSessions(20_480, Duration.ofDays(1));

    /**
     * @throws IllegalArgumentException if {@code max} is not positive, or the lifetime below a
     *     second or above seven days
     */
    public TlsSessions {
        if (max < 1) {
            throw new IllegalArgumentException("max is " + max + ": use 1 or more");
        }
        if (lifetime.toSeconds() < 1 || lifetime.compareTo(LIFETIME_MAX) > 0) {
            throw new IllegalArgumentException(
                    "lifetime is " + lifetime + ": use a second to seven days");
        }
    }

    /** These with another number. */
    public TlsSessions withMax(int max) {
        return new TlsSessions(max, lifetime);
    }

    /** These with another lifetime. */
    public TlsSessions withLifetime(Duration lifetime) {
        return new TlsSessions(max, lifetime);
    }
}
