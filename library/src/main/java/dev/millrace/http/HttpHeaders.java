package dev.millrace.http;

import dev.millrace.http.wire.FieldsReceived;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiConsumer;

/**
 * The field lines of a request, as they came: order, case and repetitions are kept (RFC 9110
 * section 5.3). Names are looked up without regard to case. It reads the head's bytes each time, so
 * nothing is made before it is asked for; a look-up costs a walk over the lines, however the names
 * were chosen.
 *
 * {@snippet class="dev.millrace.http.HttpExamplesTest" region="headers"}
 */
public final class HttpHeaders {
    static final HttpHeaders NONE = new HttpHeaders(new byte[] {'\r', '\n'}, 0);

    /** Fields with one value, in lower case: of several lines the first counts. */
    private static final Set<String> SINGLE =
            Set.of(
                    "age",
                    "authorization",
                    "content-length",
                    "content-location",
                    "content-type",
                    "date",
                    "etag",
                    "expires",
                    "from",
                    "host",
                    "if-modified-since",
                    "if-range",
                    "if-unmodified-since",
                    "last-modified",
                    "location",
                    "max-forwards",
                    "proxy-authorization",
                    "referer",
                    "retry-after",
                    "server",
                    "set-cookie",
                    "user-agent");

    private final byte[] head;
    private final int start;

    /** The parser has checked every line, so that no walk below needs to. */
    HttpHeaders(byte[] head, int start) {
        this.head = head;
        this.start = start;
    }

    /** The value of the first line with this name. */
    public Optional<String> first(String name) {
        for (int line = start;
                !FieldsReceived.isEnd(head, line);
                line = FieldsReceived.next(head, line)) {
            if (FieldsReceived.isNamed(head, line, name)) {
                return Optional.of(FieldsReceived.value(head, line));
            }
        }
        return Optional.empty();
    }

    /** The values of all lines with this name, in order. */
    public List<String> all(String name) {
        List<String> values = new ArrayList<>();
        for (int line = start;
                !FieldsReceived.isEnd(head, line);
                line = FieldsReceived.next(head, line)) {
            if (FieldsReceived.isNamed(head, line, name)) {
                values.add(FieldsReceived.value(head, line));
            }
        }
        return values;
    }

    /**
     * The value that all lines with this name make together (RFC 9110 section 5.3): joined by
     * {@code ", "}, those of Cookie by {@code "; "} (RFC 6265 section 5.4). Of a field that has one
     * value, as Authorization, Content-Type or User-Agent, the first line counts, as it does of
     * Set-Cookie, whose lines can't be joined: ask for {@link #all}. A second Host or
     * Content-Length was refused before.
     *
     * {@snippet class="dev.millrace.http.HttpUpgradeExamplesTest" region="joined"}
     */
    public Optional<String> joined(String name) {
        if (SINGLE.contains(name.toLowerCase(Locale.ROOT))) {
            return first(name);
        }
        List<String> values = all(name);
        String between = name.equalsIgnoreCase("cookie") ? "; " : ", ";
        return values.isEmpty() ? Optional.empty() : Optional.of(String.join(between, values));
    }

    /** Whether there is a line with this name. */
    public boolean contains(String name) {
        return first(name).isPresent();
    }

    /** Every line's name and value, in order and case as they came. */
    public void forEach(BiConsumer<? super String, ? super String> action) {
        for (int line = start;
                !FieldsReceived.isEnd(head, line);
                line = FieldsReceived.next(head, line)) {
            action.accept(FieldsReceived.name(head, line), FieldsReceived.value(head, line));
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
        for (int line = start;
                !FieldsReceived.isEnd(head, line);
                line = FieldsReceived.next(head, line)) {
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
}
