package dev.millrace.http.wire;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What the fields of one message mean for the connection, whichever direction it goes: where its
 * body ends (RFC 9112 section 6), and what becomes of the connection (section 9). Everything
 * ambiguous is refused, because two recipients that read one message differently is what smuggling
 * is made of.
 */
abstract sealed class MessageFields permits RequestFields, ResponseFields {

    private static final int LENGTH_SEEN = 1;
    private static final int CODING_SEEN = 1 << 1;
    private static final int CHUNKED = 1 << 2;
    private static final int OTHER_CODING = 1 << 3;
    private static final int CLOSE = 1 << 4;
    private static final int KEEP_ALIVE = 1 << 5;
    private static final int UPGRADE_OPTION = 1 << 6;

    /** From here on flags belong to one direction. */
    static final int FIRST_OWN = 1 << 7;

    /** The fields that decide something here; no two names have the same length. */
    enum Known {
        HOST("host"),
        EXPECT("expect"),
        UPGRADE("upgrade"),
        CONNECTION("connection"),
        CONTENT_LENGTH("content-length"),
        TRANSFER_ENCODING("transfer-encoding");

        private final byte[] name;

        Known(String name) {
            this.name = ascii(name);
        }

        static @Nullable Known ofLength(int length) {
            return switch (length) {
                case 4 -> HOST;
                case 6 -> EXPECT;
                case 7 -> UPGRADE;
                case 10 -> CONNECTION;
                case 14 -> CONTENT_LENGTH;
                case 17 -> TRANSFER_ENCODING;
                default -> null;
            };
        }
    }

    private static final byte[] CHUNKED_CODING = ascii("chunked");
    private static final byte[] CLOSE_OPTION = ascii("close");
    private static final byte[] KEEP_ALIVE_OPTION = ascii("keep-alive");
    private static final byte[] UPGRADE_OPTION_NAME = ascii("upgrade");

    /**
     * RFC 9110 section 6.5.1: fields a trailer must not hold, as a recipient acts on them before
     * the body (X18).
     */
    private static final byte[][] FORBIDDEN_TRAILERS =
            Stream.of(
                            "host expect upgrade connection content-length transfer-encoding te",
                            "trailer authorization proxy-authorization cookie content-encoding",
                            "content-type content-range range max-forwards keep-alive")
                    .flatMap(names -> Stream.of(names.split(" ")))
                    .map(MessageFields::ascii)
                    .toArray(byte[][]::new);

    private boolean inTrailer;
    private int flags;
    private long contentLength;

    void reset() {
        inTrailer = false;
        flags = 0;
        contentLength = -1;
    }

    final void beginTrailer() {
        inTrailer = true;
    }

    /**
     * Takes one valid line; positions are relative to {@code base}. Returns why the message is
     * refused, or null.
     */
    final @Nullable ParseError accept(
            byte[] array, int base, int name, int nameEnd, int value, int valueEnd) {
        int from = base + name;
        int end = base + nameEnd;
        if (inTrailer) {
            return isForbiddenTrailer(array, from, end) ? ParseError.FORBIDDEN_TRAILER : null;
        }
        Known known = Known.ofLength(end - from);
        if (known == null || !Ascii.matches(array, from, end, known.name)) {
            return null;
        }
        int start = base + value;
        return interpret(
                known, array, start, Ascii.trimmedEnd(array, start, base + valueEnd), base);
    }

    private @Nullable ParseError interpret(Known known, byte[] array, int from, int end, int base) {
        return switch (known) {
            case CONTENT_LENGTH -> length(array, from, end);
            case TRANSFER_ENCODING -> {
                flags |= CODING_SEEN;
                yield list(known, array, from, end);
            }
            case CONNECTION -> list(known, array, from, end);
            case HOST, EXPECT, UPGRADE -> ofRequest(known, array, from, end, base);
        };
    }

    /** A field that means something in a request only. */
    abstract @Nullable ParseError ofRequest(Known known, byte[] array, int from, int end, int base);

    /**
     * By hand, because Long.parseLong takes signs and the digits of other scripts (X8). No wrap
     * (X9).
     */
    private @Nullable ParseError length(byte[] array, int from, int end) {
        if (has(LENGTH_SEEN)) {
            // RFC 9112 section 6.3 would let equal values collapse; refusing is simpler to be sure
            // of (X7).
            return ParseError.REPEATED_CONTENT_LENGTH;
        }
        flags |= LENGTH_SEEN;
        long length = 0;
        for (int at = from; at < end; at++) {
            int digit = array[at] - '0';
            if (digit < 0 || digit > 9 || length > (Long.MAX_VALUE - digit) / 10) {
                return ParseError.INVALID_CONTENT_LENGTH;
            }
            length = length * 10 + digit;
        }
        contentLength = length;
        return from == end ? ParseError.INVALID_CONTENT_LENGTH : null;
    }

    /** RFC 9110 section 5.6.1: elements between commas, without the spaces around them. */
    final @Nullable ParseError list(Known known, byte[] array, int from, int end) {
        int at = from;
        ParseError wrong = null;
        while (at <= end && wrong == null) {
            int comma = at;
            while (comma < end && array[comma] != ',') {
                comma++;
            }
            int start = Ascii.spaceEnd(array, at, comma);
            wrong = element(known, array, start, Ascii.trimmedEnd(array, start, comma));
            at = comma + 1;
        }
        return wrong;
    }

    private @Nullable ParseError element(Known known, byte[] array, int from, int end) {
        if (known == Known.TRANSFER_ENCODING) {
            return coding(array, from, end);
        }
        if (from == end) {
            return null;
        }
        if (known == Known.EXPECT) {
            expectation(array, from, end);
        } else if (Ascii.matches(array, from, end, CLOSE_OPTION)) {
            flags |= CLOSE;
        } else if (Ascii.matches(array, from, end, KEEP_ALIVE_OPTION)) {
            flags |= KEEP_ALIVE;
        } else if (Ascii.matches(array, from, end, UPGRADE_OPTION_NAME)) {
            flags |= UPGRADE_OPTION;
        }
        return null;
    }

    /** One element of Expect. */
    void expectation(byte[] array, int from, int end) {}

    /**
     * RFC 9112 section 6.1: chunked once and last. Empty elements are refused although a list may
     * have them (X4).
     */
    private @Nullable ParseError coding(byte[] array, int from, int end) {
        int nameEnd = Ascii.tokenEnd(array, from, end);
        if (nameEnd == from) {
            return ParseError.INVALID_TRANSFER_ENCODING;
        }
        boolean chunked = Ascii.matches(array, from, nameEnd, CHUNKED_CODING);
        if (has(CHUNKED)) {
            return chunked ? ParseError.REPEATED_CHUNKED : ParseError.CHUNKED_NOT_LAST;
        }
        int rest = Ascii.spaceEnd(array, nameEnd, end);
        // RFC 9112 section 7: chunked has no parameters. Those of other codings need no closer
        // look: 501 anyway.
        if (rest < end && (chunked || array[rest] != ';')) {
            return ParseError.INVALID_TRANSFER_ENCODING;
        }
        flags |= chunked ? CHUNKED : OTHER_CODING;
        return null;
    }

    /** The verdict on a complete head; the order decides which of several faults is named. */
    @Nullable ParseError conclude(int minorVersion) {
        if (has(CODING_SEEN)) {
            if (has(LENGTH_SEEN)) {
                return ParseError.LENGTH_AND_CODING;
            }
            if (minorVersion == 0) {
                return ParseError.CODING_IN_HTTP_1_0;
            }
            if (!has(CHUNKED)) {
                return ParseError.CHUNKED_NOT_LAST;
            }
            if (has(OTHER_CODING)) {
                return ParseError.UNKNOWN_CODING;
            }
        }
        return null;
    }

    final boolean isChunked() {
        return has(CHUNKED);
    }

    final long contentLength() {
        return contentLength;
    }

    /** RFC 9112 section 9.3. */
    final boolean wantsPersistence(int minorVersion) {
        return !has(CLOSE) && (minorVersion == 1 || has(KEEP_ALIVE));
    }

    final boolean hasUpgradeOption() {
        return has(UPGRADE_OPTION);
    }

    final void note(int flag) {
        flags |= flag;
    }

    final boolean has(int flag) {
        return (flags & flag) != 0;
    }

    static boolean isForbiddenTrailer(byte[] array, int from, int end) {
        for (byte[] name : FORBIDDEN_TRAILERS) {
            if (Ascii.matches(array, from, end, name)) {
                return true;
            }
        }
        return false;
    }

    /** As a name of a trailer that is sent. */
    static boolean isForbiddenTrailer(String name) {
        byte[] bytes = name.getBytes(java.nio.charset.StandardCharsets.ISO_8859_1);
        return isForbiddenTrailer(bytes, 0, bytes.length);
    }

    static byte[] ascii(String text) {
        return text.getBytes(US_ASCII);
    }
}
