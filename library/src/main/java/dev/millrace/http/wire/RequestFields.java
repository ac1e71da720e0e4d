package dev.millrace.http.wire;

import org.jspecify.annotations.Nullable;

/**
 * What the fields of one request mean besides: whom it is for (RFC 9112 section 3.2), and what its
 * sender expects (RFC 9110 section 10.1.1).
 */
final class RequestFields extends MessageFields {

    private static final int HOST_SEEN = FIRST_OWN;
    private static final int UPGRADE_SEEN = FIRST_OWN << 1;
    private static final int CONTINUE = FIRST_OWN << 2;
    private static final int OTHER_EXPECTATION = FIRST_OWN << 3;

    private static final byte[] CONTINUE_EXPECTATION = ascii("100-continue");

    private final long maxBodyBytes;

    private int hostStart;
    private int hostEnd;

    RequestFields(WireLimits limits) {
        this.maxBodyBytes = limits.maxBodyBytes();
    }

    @Override
    void reset() {
        super.reset();
        hostStart = 0;
        hostEnd = 0;
    }

    @Override
    @Nullable ParseError ofRequest(Known known, byte[] array, int from, int end, int base) {
        return switch (known) {
            case HOST -> host(array, from, end, base);
            case EXPECT -> list(known, array, from, end);
            default -> {
                // An empty list names no protocol.
                if (from < end) {
                    note(UPGRADE_SEEN);
                }
                yield null;
            }
        };
    }

    /** RFC 9112 section 3.2: exactly one Host; empty when the target has no authority. */
    private @Nullable ParseError host(byte[] array, int from, int end, int base) {
        if (has(HOST_SEEN)) {
            return ParseError.REPEATED_HOST;
        }
        note(HOST_SEEN);
        hostStart = from - base;
        hostEnd = end - base;
        return from == end || Authority.isValid(array, from, end, false)
                ? null
                : ParseError.INVALID_HOST;
    }

    @Override
    void expectation(byte[] array, int from, int end) {
        boolean isContinue = Ascii.matches(array, from, end, CONTINUE_EXPECTATION);
        note(isContinue ? CONTINUE : OTHER_EXPECTATION);
    }

    @Override
    @Nullable ParseError conclude(int minorVersion) {
        ParseError wrong = super.conclude(minorVersion);
        if (wrong != null) {
            return wrong;
        }
        if (minorVersion == 1 && !has(HOST_SEEN)) {
            return ParseError.MISSING_HOST;
        }
        return contentLength() > maxBodyBytes ? ParseError.BODY_TOO_LARGE : null;
    }

    /** RFC 9110 section 10.1.1: not for HTTP/1.0. */
    boolean expectsContinue(int minorVersion) {
        return minorVersion == 1 && has(CONTINUE);
    }

    boolean hasUnknownExpect() {
        return has(OTHER_EXPECTATION);
    }

    /**
     * RFC 9110 section 7.8: an Upgrade counts only with its connection option, and not in HTTP/1.0.
     */
    boolean hasUpgrade(int minorVersion) {
        return minorVersion == 1 && has(UPGRADE_SEEN) && hasUpgradeOption();
    }

    /** Whether anything stands in the head that most requests don't have. */
    boolean isSpecial() {
        return has(UPGRADE_SEEN | CONTINUE | OTHER_EXPECTATION);
    }

    int hostStart() {
        return hostStart;
    }

    int hostEnd() {
        return hostEnd;
    }
}
