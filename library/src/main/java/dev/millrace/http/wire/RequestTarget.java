package dev.millrace.http.wire;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Percent-decoding of paths and queries (RFC 3986 section 2.1), which never guesses. */
public final class RequestTarget {
    private RequestTarget() {}

    /**
     * The text with every percent-encoded byte decoded and the result read as UTF-8; empty when an
     * encoding is broken, the bytes are no UTF-8, or one is NUL: a name that no file or user can
     * have meant.
     */
    public static Optional<String> decode(String text) {
        if (text.indexOf('%') < 0) {
            return Optional.of(text);
        }
        return decodeBytes(text).flatMap(RequestTarget::utf8);
    }

    /** The bytes alone, UTF-8 or not; empty when an encoding is broken or a byte is NUL. */
    public static Optional<byte[]> decodeBytes(String text) {
        byte[] bytes = new byte[text.length()];
        int length = 0;
        for (int at = 0; at < text.length(); at++) {
            int value = text.charAt(at);
            if (value == '%') {
                value = hexPair(text, at + 1);
                at += 2;
            }
            if (value <= 0 || value > 0xff) {
                return Optional.empty();
            }
            bytes[length++] = (byte) value;
        }
        return Optional.of(Arrays.copyOf(bytes, length));
    }

    /**
     * The parameters of a query, by name in the order of their first values. What can't be decoded
     * stays as it is.
     */
    public static Map<String, List<String>> parameters(String query) {
        Map<String, List<String>> found = new LinkedHashMap<>();
        for (String field : query.split("&")) {
            if (!field.isEmpty()) {
                int equals = field.indexOf('=');
                String name = equals < 0 ? field : field.substring(0, equals);
                String value = equals < 0 ? "" : field.substring(equals + 1);
                found.computeIfAbsent(parameter(name), _ -> new ArrayList<>())
                        .add(parameter(value));
            }
        }
        found.replaceAll((_, values) -> Collections.unmodifiableList(values));
        return Collections.unmodifiableMap(found);
    }

    private static String parameter(String text) {
        return decode(text.replace('+', ' ')).orElse(text);
    }

    private static Optional<String> utf8(byte[] bytes) {
        try {
            // A fresh decoder reports malformed input; String's constructor would replace it.
            return Optional.of(
                    StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString());
        } catch (CharacterCodingException e) {
            return Optional.empty();
        }
    }

    /** Negative when there are no two hex digits. */
    private static int hexPair(String text, int at) {
        if (at + 2 > text.length()) {
            return -1;
        }
        int high = Character.digit(text.charAt(at), 16);
        int low = Character.digit(text.charAt(at + 1), 16);
        return high < 0 || low < 0 ? -1 : high << 4 | low;
    }
}
