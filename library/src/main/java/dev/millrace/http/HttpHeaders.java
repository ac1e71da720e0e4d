package dev.millrace.http;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiConsumer;

/**
 * The field lines of a request, as they came: order, case and repetitions are kept (RFC 9110
 * section 5.3). Names are looked up without regard to case. It reads the head's bytes each time, so
 * nothing is made before somebody asks; a look-up costs a walk over the lines, however the names
 * were chosen (row X31).
 */
public final class HttpHeaders {
    private final byte[] head;
    private final int start;

    /** The parser has checked every line, so that no walk below needs to. */
    HttpHeaders(byte[] head, int start) {
        this.head = head;
        this.start = start;
    }

    /** The value of the first line with this name. */
    public Optional<String> first(String name) {
        for (int line = start; !isEnd(line); line = next(line)) {
            if (isNamed(line, name)) {
                return Optional.of(value(line));
            }
        }
        return Optional.empty();
    }

    /** The values of all lines with this name, in order. */
    public List<String> all(String name) {
        List<String> values = new ArrayList<>();
        for (int line = start; !isEnd(line); line = next(line)) {
            if (isNamed(line, name)) {
                values.add(value(line));
            }
        }
        return values;
    }

    /** Whether there is a line with this name. */
    public boolean contains(String name) {
        return first(name).isPresent();
    }

    /** Every line's name and value, in order and case as they came. */
    public void forEach(BiConsumer<? super String, ? super String> action) {
        for (int line = start; !isEnd(line); line = next(line)) {
            action.accept(text(line, colon(line)), value(line));
        }
    }

    /** Every line's name and value, in order and case as they came. */
    public List<Map.Entry<String, String>> list() {
        List<Map.Entry<String, String>> lines = new ArrayList<>();
        forEach((name, value) -> lines.add(Map.entry(name, value)));
        return lines;
    }

    /** How many lines there are. */
    public int size() {
        int count = 0;
        for (int line = start; !isEnd(line); line = next(line)) {
            count++;
        }
        return count;
    }

    /** The lines, without the empty one that ends them. */
    @Override
    public String toString() {
        StringBuilder text = new StringBuilder();
        forEach((name, value) -> text.append(name).append(": ").append(value).append('\n'));
        return text.toString();
    }

    private boolean isEnd(int line) {
        return head[line] == Ascii.CR;
    }

    private int next(int line) {
        int at = line;
        while (head[at] != Ascii.LF) {
            at++;
        }
        return at + 1;
    }

    private int colon(int line) {
        int at = line;
        while (head[at] != ':') {
            at++;
        }
        return at;
    }

    private boolean isNamed(int line, String name) {
        int length = name.length();
        for (int index = 0; index < length; index++) {
            byte b = head[line + index];
            char c = name.charAt(index);
            if (b != c && (lower(b) != lower(c) || b == ':')) {
                return false;
            }
        }
        return head[line + length] == ':';
    }

    private static int lower(int c) {
        return c >= 'A' && c <= 'Z' ? c + ('a' - 'A') : c;
    }

    /** Without the blanks around it (RFC 9112 section 5.1). */
    private String value(int line) {
        int from = colon(line) + 1;
        int end = from;
        while (head[end] != Ascii.CR) {
            end++;
        }
        while (from < end && Ascii.isSpace(head[from])) {
            from++;
        }
        while (end > from && Ascii.isSpace(head[end - 1])) {
            end--;
        }
        return text(from, end);
    }

    /** RFC 9110 section 5.5: bytes above ASCII mean nothing certain, so each becomes one char. */
    private String text(int from, int end) {
        return new String(head, from, end - from, StandardCharsets.ISO_8859_1);
    }
}
