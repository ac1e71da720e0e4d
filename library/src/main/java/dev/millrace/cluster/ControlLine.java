package dev.millrace.cluster;

import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * A line of a response on a control socket: words {@code key=value}. What would end a word, and the
 * percent sign, is percent-encoded.
 */
final class ControlLine {
    private static final int HEX = 16;

    private ControlLine() {}

    static String text(Map<String, ?> words) {
        StringBuilder line = new StringBuilder();
        words.forEach((key, value) -> {
            line.append(line.isEmpty() ? "" : " ").append(key).append('=');
            append(line, String.valueOf(value));
        });
        return line.toString();
    }

    private static void append(StringBuilder line, String value) {
        for (byte one : value.getBytes(StandardCharsets.UTF_8)) {
            if (one > ' ' && one < 0x7F && one != '%') {
                line.append((char) one);
            } else {
                line.append("%%%02X".formatted(one));
            }
        }
    }

    /**
     * @throws IllegalArgumentException if it is no such line
     */
    static Map<String, String> of(String line) {
        Map<String, String> words = new LinkedHashMap<>();
        for (String word : line.split(" ")) {
            int cut = word.indexOf('=');
            if (cut < 1) {
                throw new IllegalArgumentException("no key=value: " + line);
            }
            words.put(word.substring(0, cut), decoded(word.substring(cut + 1)));
        }
        return words;
    }

    private static String decoded(String value) {
        byte[] bytes = new byte[value.length()];
        int count = 0;
        for (int at = 0; at < value.length(); at++) {
            if (value.charAt(at) == '%') {
                bytes[count++] = (byte) Integer.parseInt(value, at + 1, at + 3, HEX);
                at += 2;
            } else {
                bytes[count++] = (byte) value.charAt(at);
            }
        }
        return new String(bytes, 0, count, StandardCharsets.UTF_8);
    }
}
