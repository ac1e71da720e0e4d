package dev.millrace.http.wire;

import org.jspecify.annotations.Nullable;

/** What the fields of one response mean: its framing and the connection's fate, and no more. */
final class ResponseFields extends MessageFields {

    /** A response has no host and expects nothing; an upgrade is decided by its status. */
    @Override
    @Nullable ParseError ofRequest(Known known, byte[] array, int from, int end, int base) {
        return null;
    }
}
