package dev.millrace.web;

import java.util.Locale;
import java.util.function.IntPredicate;
import org.jspecify.annotations.Nullable;

/** The pieces that values of header fields are made of (RFC 9110 section 5.6). */
final class FieldText {
    private static final String TOKEN_SIGNS = "!#$%&'*+-.^_`|~";

    private FieldText() {}

    /** Whether {@code text} is a token (RFC 9110 section 5.6.2). */
    static boolean isToken(String text) {
        return !text.isEmpty() && text.chars().allMatch(FieldText::isTokenChar);
    }

    static boolean isTokenChar(int c) {
        return isAlphanumeric(c) || TOKEN_SIGNS.indexOf(c) >= 0;
    }

    static boolean isAlphanumeric(int c) {
        return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9';
    }

    /** Whether {@code text} is nothing but ASCII digits, at least one. */
    static boolean isNumber(String text) {
        return !text.isEmpty() && text.chars().allMatch(c -> c >= '0' && c <= '9');
    }

    /** Checks that every character is {@code allowed}; the message names the first that is not. */
    static void check(String what, String text, IntPredicate allowed, String remedy) {
        for (int at = 0; at < text.length(); at++) {
            if (!allowed.test(text.charAt(at))) {
                throw new IllegalArgumentException(
                        "%s has U+%04X at %d, which can't stand there: %s"
                                .formatted(what, (int) text.charAt(at), at, remedy));
            }
        }
    }

    /**
     * The parameter {@code name} behind the first {@code ;} of {@code value}, a token or a quoted
     * string; null when there is none, or what stands there is malformed or there twice.
     */
    static @Nullable String parameter(String value, String name) {
        Parameters parameters = new Parameters(value);
        return parameters.read() ? parameters.find(name) : null;
    }

    /** What stands before the first {@code ;} of {@code value}, in lower case. */
    static String mediaType(String value) {
        int semicolon = value.indexOf(';');
        String type = semicolon < 0 ? value : value.substring(0, semicolon);
        return type.strip().toLowerCase(Locale.ROOT);
    }
}
