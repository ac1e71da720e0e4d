package dev.millrace.web.content;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * What the field Content-Encoding says a body is in (RFC 9110 section 8.4).
 *
 * @param names in the order in which they were applied, without the identity
 */
public record ContentCodings(List<String> names) {
    private static final List<String> KNOWN = List.of("gzip", "deflate");

    /** By the lines of the field. */
    public static ContentCodings of(List<String> fields) {
        List<String> names = new ArrayList<>();
        for (String field : fields) {
            for (String element : field.split(",")) {
                String name = element.strip().toLowerCase(Locale.ROOT);
                if (!name.isEmpty() && !name.equals(AcceptEncoding.IDENTITY)) {
                    // Section 8.4.1.3.
                    names.add(name.equals("x-gzip") ? "gzip" : name);
                }
            }
        }
        return new ContentCodings(List.copyOf(names));
    }

    /** Why a body can't be decoded; empty if it can. */
    public String problem(int most) {
        for (String name : names) {
            if (!KNOWN.contains(name)) {
                return "the content coding \"" + name + "\" is not known here; use gzip or deflate";
            }
        }
        return names.size() > most
                ? "the body is in " + names.size() + " content codings; use " + most + " or fewer"
                : "";
    }

    /** What takes them away, in the order to do that: the coding applied last goes first. */
    public List<Inflating> inflating() {
        return names.reversed().stream().map(name -> new Inflating(name.equals("gzip"))).toList();
    }
}
