package dev.millrace.http.wire;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * The field lines of a message that is sent, checked when they are set (rows R54, X36), and what
 * those that decide the framing say.
 */
public final class FieldsToSend {
    private static final long NOT_DECLARED = -1;

    /** Fields of responses that are acted on before the body; those of requests are known. */
    private static final Set<String> HEAD_ONLY =
            Set.of(
                    "set-cookie",
                    "www-authenticate",
                    "proxy-authenticate",
                    "location",
                    "content-location",
                    "content-language",
                    "age",
                    "cache-control",
                    "expires",
                    "date",
                    "retry-after",
                    "vary");

    /**
     * The fields that decide something here; found by length first, because most are not among
     * them.
     */
    private enum Known {
        CONTENT_LENGTH("Content-Length"),
        TRANSFER_ENCODING("Transfer-Encoding"),
        CONNECTION("Connection"),
        DATE("Date"),
        TRAILER("Trailer"),
        EXPECT("Expect"),
        UPGRADE("Upgrade"),
        OTHER("");

        private final String name;

        Known(String name) {
            this.name = name;
        }

        static Known of(String name) {
            Known candidate =
                    switch (name.length()) {
                        case 4 -> DATE;
                        case 6 -> EXPECT;
                        case 7 -> UPGRADE.name.equalsIgnoreCase(name) ? UPGRADE : TRAILER;
                        case 10 -> CONNECTION;
                        case 14 -> CONTENT_LENGTH;
                        case 17 -> TRANSFER_ENCODING;
                        default -> OTHER;
                    };
            return candidate.name.equalsIgnoreCase(name) ? candidate : OTHER;
        }
    }

    /** Names and values in turn, twice {@link #count} of them; no list, which is an object more. */
    private String[] lines = new String[4];

    private int count;

    /** Names that stay away; hardly ever any. */
    private List<String> removed = List.of();

    private long contentLength = NOT_DECLARED;
    private boolean isClose;
    private boolean isChunked;
    private boolean hasDate;
    private boolean hasConnection;
    private boolean isExpectContinue;
    private boolean isUpgrade;

    /** A trailer is announced, or there is one: the body has to be chunked. */
    private boolean hasTrailer;

    /** Sets a field, in place of all lines with that name. */
    public void set(String name, String value) {
        checkName(name);
        checkValue(name, value);
        Known known = Known.of(name);
        checkFraming(known, value);
        drop(known, name);
        append(known, name, value);
    }

    /** Adds a line beside those with the same name. */
    public void add(String name, String value) {
        checkName(name);
        checkValue(name, value);
        Known known = Known.of(name);
        checkFraming(known, value);
        if (known == Known.CONTENT_LENGTH && contentLength != NOT_DECLARED) {
            throw new IllegalArgumentException("Content-Length is set already; set it once");
        }
        append(known, name, value);
    }

    /** Before anything is changed, so that a field that is refused leaves no trace. */
    private void checkFraming(Known known, String value) {
        boolean isLength = known == Known.CONTENT_LENGTH;
        boolean isCoding = known == Known.TRANSFER_ENCODING;
        if (isLength) {
            parseLength(value);
        }
        if (isCoding && !value.equalsIgnoreCase("chunked")) {
            throw new IllegalArgumentException(
                    "\"" + value + "\" is no transfer coding this server writes: use chunked");
        }
        if ((isLength && hasTrailer) || (known == Known.TRAILER && contentLength != NOT_DECLARED)) {
            throw new IllegalArgumentException(
                    "a trailer needs the chunked coding: declare no Content-Length beside it"
                            + " (ERR_HTTP_TRAILER_INVALID)");
        }
        if ((isLength && isChunked) || (isCoding && contentLength != NOT_DECLARED)) {
            throw new IllegalArgumentException(
                    "Content-Length and Transfer-Encoding exclude each other: set one of them");
        }
    }

    private void append(Known known, String name, String value) {
        switch (known) {
            case CONTENT_LENGTH -> contentLength = parseLength(value);
            case TRANSFER_ENCODING -> isChunked = true;
            case CONNECTION -> {
                hasConnection = true;
                isClose |= value.toLowerCase(Locale.ROOT).contains("close");
            }
            case DATE -> hasDate = true;
            case TRAILER -> hasTrailer = true;
            case EXPECT -> isExpectContinue |= value.equalsIgnoreCase("100-continue");
            case UPGRADE -> isUpgrade = true;
            case OTHER -> {}
        }
        if (!removed.isEmpty()) {
            removed = removed.stream().filter(gone -> !gone.equalsIgnoreCase(name)).toList();
        }
        if (2 * count == lines.length) {
            lines = Arrays.copyOf(lines, 2 * lines.length);
        }
        lines[2 * count] = name;
        lines[2 * count + 1] = value;
        count++;
    }

    /** Removes a field; one that would be added by itself stays away (row R42). */
    public void remove(String name) {
        checkName(name);
        drop(name);
        removed = Stream.concat(removed.stream(), Stream.of(name)).toList();
    }

    /** Takes a field away; one that would be added by itself still is. */
    public void drop(String name) {
        drop(Known.of(name), name);
    }

    private void drop(Known known, String name) {
        int kept = 0;
        for (int at = 0; at < count; at++) {
            if (!name(at).equalsIgnoreCase(name)) {
                lines[2 * kept] = name(at);
                lines[2 * kept + 1] = value(at);
                kept++;
            }
        }
        count = kept;
        switch (known) {
            case CONTENT_LENGTH -> contentLength = NOT_DECLARED;
            case TRANSFER_ENCODING -> isChunked = false;
            case CONNECTION -> {
                hasConnection = false;
                isClose = false;
            }
            case DATE -> hasDate = false;
            case TRAILER -> hasTrailer = false;
            case EXPECT -> isExpectContinue = false;
            case UPGRADE -> isUpgrade = false;
            case OTHER -> {}
        }
    }

    /** The value of the first line with that name. */
    public Optional<String> first(String name) {
        for (int at = 0; at < count; at++) {
            if (name(at).equalsIgnoreCase(name)) {
                return Optional.of(value(at));
            }
        }
        return Optional.empty();
    }

    /** A trailer follows the last chunk, so a body that has none can't have it. */
    public static void checkTrailerHasPlace(boolean isChunked) {
        if (!isChunked) {
            throw new IllegalStateException(
                    "a trailer needs the chunked coding, and this body has a declared length or no"
                            + " coding: send the field in the head, or declare no length"
                            + " (ERR_HTTP_TRAILER_INVALID)");
        }
    }

    /** How many lines there are. */
    int count() {
        return count;
    }

    /** The name of line {@code at}. */
    String name(int at) {
        return lines[2 * at];
    }

    String value(int at) {
        return lines[2 * at + 1];
    }

    /** Whether there is a line with this name. */
    public boolean has(String name) {
        return first(name).isPresent();
    }

    public boolean isRemoved(String name) {
        return !removed.isEmpty() && removed.stream().anyMatch(name::equalsIgnoreCase);
    }

    /** As declared by the handler, or negative. */
    public long contentLength() {
        return contentLength;
    }

    public boolean isChunked() {
        return isChunked;
    }

    /** Whether the body has to be chunked because a trailer follows, or is announced. */
    public boolean hasTrailer() {
        return hasTrailer;
    }

    /** A trailer follows the body; false if that can't be chunked. */
    public boolean makeChunkedForTrailer() {
        if (contentLength != NOT_DECLARED || isRemoved("transfer-encoding")) {
            return false;
        }
        hasTrailer = true;
        return true;
    }

    /**
     * RFC 9110 section 6.5.1: what a recipient acts on before the body, or instead of it, can't
     * come behind it.
     *
     * @throws IllegalArgumentException if the field frames, routes, authorises, controls or
     *     describes the content
     */
    public static void checkTrailer(String name) {
        if (MessageFields.isForbiddenTrailer(name)
                || HEAD_ONLY.contains(name.toLowerCase(Locale.ROOT))) {
            throw new IllegalArgumentException(
                    name
                            + " can't be in a trailer, a recipient needs it before the body: send"
                            + " it in the head (ERR_HTTP_TRAILER_INVALID)");
        }
    }

    public boolean isClose() {
        return isClose;
    }

    public boolean hasConnection() {
        return hasConnection;
    }

    /** Whether the body waits for a 100 (RFC 9110 section 10.1.1). */
    public boolean isExpectContinue() {
        return isExpectContinue;
    }

    /** Whether another protocol is asked for. */
    public boolean isUpgrade() {
        return isUpgrade;
    }

    public boolean hasDate() {
        return hasDate;
    }

    private static void checkName(String name) {
        boolean isToken = !name.isEmpty();
        for (int at = 0; at < name.length(); at++) {
            char c = name.charAt(at);
            isToken &= c < 0x80 && Ascii.isToken((byte) c);
        }
        if (!isToken) {
            throw new IllegalArgumentException(
                    "\""
                            + name
                            + "\" is no header name: use letters, digits and hyphens"
                            + " (ERR_INVALID_HTTP_TOKEN)");
        }
    }

    /**
     * RFC 9110 section 5.5; a CR or LF would let a value begin a line, or a response, of its own.
     */
    public static void checkValue(String name, String value) {
        for (int at = 0; at < value.length(); at++) {
            char c = value.charAt(at);
            if (c > 0xff || (c < ' ' && c != '\t') || c == 0x7f) {
                throw new IllegalArgumentException(
                        "the value of "
                                + name
                                + " holds the character "
                                + (int) c
                                + " at "
                                + at
                                + ", which a header can't carry: encode it (ERR_INVALID_CHAR)");
            }
        }
    }

    private static long parseLength(String value) {
        boolean isNumber = !value.isEmpty() && value.length() <= 18;
        for (int at = 0; at < value.length(); at++) {
            isNumber &= value.charAt(at) >= '0' && value.charAt(at) <= '9';
        }
        if (!isNumber) {
            throw new IllegalArgumentException(
                    "\"" + value + "\" is no Content-Length: use decimal digits");
        }
        return Long.parseLong(value);
    }
}
