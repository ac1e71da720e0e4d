package dev.millrace.sim;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Takes apart what an HTTP server has sent; plain and slow, because it is to be believed. */
final class AnswerReader {
    private final byte[] bytes;
    private final String text;
    private int at;
    private int number = -1;
    private @Nullable String complaint;

    AnswerReader(byte[] bytes) {
        this.bytes = bytes;
        // A byte is a character, so that positions are the same.
        this.text = new String(bytes, StandardCharsets.ISO_8859_1);
    }

    /** The body of the next answer; null when there is no complete one. */
    byte @Nullable [] next() {
        int headEnd = text.indexOf("\r\n\r\n", at);
        if (headEnd < 0 || complaint != null) {
            return null;
        }
        String head = text.substring(at, headEnd).toLowerCase(Locale.ROOT);
        if (!head.startsWith("http/1.1 200 ")) {
            complaint = head.lines().findFirst().orElse("nothing");
            return null;
        }
        String field = field(head, "x-number");
        number = field == null ? -1 : Integer.parseInt(field);
        String length = field(head, "content-length");
        if (length == null) {
            return chunks(headEnd + 4);
        }
        return whole(headEnd + 4, Integer.parseInt(length));
    }

    private static @Nullable String field(String head, String name) {
        return head.lines()
                .filter(line -> line.startsWith(name + ":"))
                .map(line -> line.substring(name.length() + 1).strip())
                .findFirst()
                .orElse(null);
    }

    private byte @Nullable [] whole(int from, int length) {
        if (from + length > bytes.length) {
            return null;
        }
        at = from + length;
        return java.util.Arrays.copyOfRange(bytes, from, at);
    }

    private byte @Nullable [] chunks(int from) {
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        int place = from;
        while (true) {
            int lineEnd = text.indexOf("\r\n", place);
            if (lineEnd < 0) {
                return null;
            }
            int length = Integer.parseInt(text.substring(place, lineEnd), 16);
            int next = lineEnd + 2 + length + 2;
            if (next > bytes.length) {
                return null;
            }
            body.write(bytes, lineEnd + 2, length);
            place = next;
            if (length == 0) {
                at = place;
                return body.toByteArray();
            }
        }
    }

    /** The number of the request that the last answer belongs to. */
    int number() {
        return number;
    }

    /** Whether nothing follows the last answer. */
    boolean isAtEnd() {
        return at == bytes.length;
    }

    /** What is no answer as it should be. */
    @Nullable String complaint() {
        return complaint;
    }
}
