package dev.millrace.web;

import dev.millrace.http.ServerRequest;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The cookies that came with a request (RFC 6265 section 4.2). Any thread.
 *
 * {@snippet class="dev.millrace.web.WebExamplesTest" region="cookies"}
 *
 * <p>Values are what the client sent, with quotes if there are any, and are to be trusted as little
 * as anything else that comes from there. A pair that is none, or whose name is no token, is left
 * out: it may be another program's, on the same host.
 */
public final class Cookies {
    private final Map<String, List<String>> values = new LinkedHashMap<>();

    private Cookies() {}

    /** Those of {@code request}. */
    public static Cookies of(ServerRequest request) {
        Cookies cookies = new Cookies();
        for (String line : request.headers().all("Cookie")) {
            for (String pair : line.split(";")) {
                cookies.add(pair);
            }
        }
        return cookies;
    }

    private void add(String pair) {
        int equals = pair.indexOf('=');
        String name = equals < 0 ? "" : pair.substring(0, equals).strip();
        if (FieldText.isToken(name)) {
            values.computeIfAbsent(name, _ -> new ArrayList<>())
                    .add(pair.substring(equals + 1).strip());
        }
    }

    /**
     * The value of the first cookie with this name, in its case. A client sends the one with the
     * longest path first (RFC 6265 section 5.4).
     */
    public Optional<String> first(String name) {
        return all(name).stream().findFirst();
    }

    /** The values of all cookies with this name, in their order. */
    public List<String> all(String name) {
        return List.copyOf(values.getOrDefault(name, List.of()));
    }

    /** The names, in their order. */
    public List<String> names() {
        return List.copyOf(values.keySet());
    }

    /** The names alone, since values are often secrets: {@code Cookies[session, theme]}. */
    @Override
    public String toString() {
        return "Cookies" + values.keySet();
    }
}
