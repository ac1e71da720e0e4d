package dev.millrace.web;

import dev.millrace.http.ServerRequest;
import java.util.List;

/**
 * What stands in a path in place of the named segments of its pattern. Any thread.
 *
 * {@snippet class="dev.millrace.web.WebExamplesTest" region="pathParameters"}
 */
public final class PathParameters {
    static final PathParameters NONE = new PathParameters(List.of(), List.of());

    private final List<String> names;

    /** Still encoded. */
    private final List<String> values;

    PathParameters(List<String> names, List<String> values) {
        this.names = names;
        this.values = values;
    }

    /**
     * The text, percent-decoded: an encoded slash is a slash of the text, and what {@code
     * {rest...}} stands for has slashes between its segments.
     *
     * @throws IllegalArgumentException if the pattern has no parameter {@code name}
     */
    public String text(String name) {
        // The router has decoded it once.
        return PathSegments.decode(raw(name)).orElseThrow();
    }

    /**
     * A number from 0 to {@link Long#MAX_VALUE}, in decimal digits; anything else is a 404, by
     * {@link ServerRequest.RefusedException}: there is nothing under such a path.
     *
     * @throws IllegalArgumentException if the pattern has no parameter {@code name}
     */
    public long number(String name) throws ServerRequest.RefusedException {
        String text = text(name);
        try {
            if (FieldText.isNumber(text)) {
                return Long.parseLong(text);
            }
        } catch (NumberFormatException tooLarge) {
            // As no number at all.
        }
        throw new ServerRequest.RefusedException(404, "404 Not Found: no number: " + text);
    }

    /**
     * The text as it came, percent-encoded, for what tells an encoded slash from a slash.
     *
     * @throws IllegalArgumentException if the pattern has no parameter {@code name}
     */
    public String raw(String name) {
        // The innermost of several routers wins.
        int at = names.lastIndexOf(name);
        if (at < 0) {
            throw new IllegalArgumentException(
                    "the pattern has no parameter {" + name + "}, but " + names);
        }
        return values.get(at);
    }

    /** Those of the pattern, in its order, the ones of routers around it first. */
    public List<String> names() {
        return names;
    }

    /** {@code PathParameters[id=7]}. */
    @Override
    public String toString() {
        StringBuilder text = new StringBuilder("PathParameters[");
        for (int at = 0; at < names.size(); at++) {
            text.append(at == 0 ? "" : ", ").append(names.get(at)).append('=');
            text.append(values.get(at));
        }
        return text.append(']').toString();
    }
}
