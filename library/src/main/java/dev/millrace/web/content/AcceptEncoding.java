package dev.millrace.web.content;

import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Which content codings a client takes, and how gladly (RFC 9110 section 12.5.3). Weights are in
 * thousandths.
 */
public final class AcceptEncoding {
    public static final String IDENTITY = "identity";

    /** More of them name nothing that is known here. */
    private static final int NAMES_MAX = 32;

    private static final int FULL = 1000;

    private final Map<String, Integer> weights = new HashMap<>();

    private AcceptEncoding() {}

    /**
     * What the lines of the field say. Without any, nothing but the identity is taken: every coding
     * would be allowed, but a client that says nothing knows none, as a rule.
     */
    public static AcceptEncoding of(List<String> fields) {
        AcceptEncoding accepted = new AcceptEncoding();
        for (String field : fields) {
            for (String element : field.split(",")) {
                if (accepted.weights.size() < NAMES_MAX) {
                    accepted.add(element);
                }
            }
        }
        return accepted;
    }

    private void add(String element) {
        String[] pieces = element.split(";");
        String name = pieces.length == 0 ? "" : pieces[0].strip().toLowerCase(Locale.ROOT);
        int weight = FULL;
        for (int at = 1; at < pieces.length; at++) {
            String parameter = pieces[at].strip();
            if (parameter.length() > 2 && parameter.regionMatches(true, 0, "q=", 0, 2)) {
                weight = weight(parameter.substring(2).strip());
            }
        }
        if (!name.isEmpty()) {
            // x-gzip is gzip (section 8.4.1.3).
            weights.putIfAbsent(name.equals("x-gzip") ? "gzip" : name, weight);
        }
    }

    /** A weight that is none lets the coding count as refused: the identity is always readable. */
    private static int weight(String text) {
        if (!text.matches("0(\\.[0-9]{0,3})?|1(\\.0{0,3})?")) {
            return 0;
        }
        return (int) Math.round(Double.parseDouble(text) * FULL);
    }

    /** 0 for a coding that is not taken. */
    public int weightOf(String coding) {
        Integer named = weights.get(coding);
        if (named != null) {
            return named;
        }
        Integer any = weights.get("*");
        if (coding.equals(IDENTITY)) {
            // Taken unless it is refused, but less gladly than whatever is named.
            return any != null && any == 0 ? 0 : 1;
        }
        return any == null ? 0 : any;
    }

    /** Whether a response without any coding is taken. */
    public boolean takesIdentity() {
        return weightOf(IDENTITY) > 0;
    }

    /**
     * Those of {@code codings} that are taken more gladly than none at all, the best first; those
     * taken alike stay in their order.
     */
    public List<String> best(List<String> codings) {
        int identity = weights.containsKey(IDENTITY) ? weightOf(IDENTITY) : 0;
        return codings.stream()
                .filter(coding -> weightOf(coding) > 0 && weightOf(coding) >= identity)
                .sorted((a, b) -> weightOf(b) - weightOf(a))
                .toList();
    }
}
