package dev.millrace.http;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * The field lines a handler sets, checked at the call (rows R54, X36), and what those that decide
 * the framing say.
 */
final class ResponseFields {
    private static final long NOT_DECLARED = -1;

    /** Names and values in turn. */
    private final List<String> lines = new ArrayList<>(8);

    private final List<String> removed = new ArrayList<>(0);
    private long contentLength = NOT_DECLARED;
    private boolean isClose;
    private boolean isChunked;
    private boolean hasConnection;
    private boolean hasDate;

    /** Sets a field, in place of all lines with that name. */
    void set(String name, String value) {
        String lower = checkName(name);
        checkValue(name, value);
        drop(name);
        removed.remove(lower);
        append(lower, name, value);
    }

    /** Adds a line beside those with the same name. */
    void add(String name, String value) {
        String lower = checkName(name);
        checkValue(name, value);
        if (lower.equals("content-length") && contentLength != NOT_DECLARED) {
            throw new IllegalArgumentException("Content-Length is set already; set it once");
        }
        append(lower, name, value);
    }

    private void append(String lower, String name, String value) {
        switch (lower) {
            case "content-length" -> contentLength = parseLength(value);
            case "transfer-encoding" -> isChunked = requireChunked(value);
            case "connection" -> {
                hasConnection = true;
                isClose |= value.toLowerCase(Locale.ROOT).contains("close");
            }
            case "date" -> hasDate = true;
            default -> {}
        }
        if (isChunked && contentLength != NOT_DECLARED) {
            throw new IllegalArgumentException(
                    "Content-Length and Transfer-Encoding exclude each other: set one of them");
        }
        lines.add(name);
        lines.add(value);
    }

    /** Removes a field; one that would be added by itself stays away (row R42). */
    void remove(String name) {
        String lower = checkName(name);
        drop(name);
        if (!removed.contains(lower)) {
            removed.add(lower);
        }
    }

    private void drop(String name) {
        for (int at = lines.size() - 2; at >= 0; at -= 2) {
            if (lines.get(at).equalsIgnoreCase(name)) {
                lines.remove(at + 1);
                lines.remove(at);
            }
        }
        switch (name.toLowerCase(Locale.ROOT)) {
            case "content-length" -> contentLength = NOT_DECLARED;
            case "transfer-encoding" -> isChunked = false;
            case "connection" -> {
                hasConnection = false;
                isClose = false;
            }
            case "date" -> hasDate = false;
            default -> {}
        }
    }

    List<String> lines() {
        return lines;
    }

    boolean isRemoved(String lower) {
        return !removed.isEmpty() && removed.contains(lower);
    }

    /** As declared by the handler, or negative. */
    long contentLength() {
        return contentLength;
    }

    boolean isChunked() {
        return isChunked;
    }

    boolean isClose() {
        return isClose;
    }

    boolean hasConnection() {
        return hasConnection;
    }

    boolean hasDate() {
        return hasDate;
    }

    private static String checkName(String name) {
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
        return name.toLowerCase(Locale.ROOT);
    }

    /**
     * RFC 9110 section 5.5; a CR or LF would let a value begin a line, or an answer, of its own.
     */
    static void checkValue(String name, String value) {
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

    private static boolean requireChunked(String value) {
        if (!value.equalsIgnoreCase("chunked")) {
            throw new IllegalArgumentException(
                    "\"" + value + "\" is no transfer coding this server writes: use chunked");
        }
        return true;
    }
}
