package dev.millrace.cli;

import dev.millrace.kernel.UnixAddress;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * The options that say what a request is, those of {@code get} and {@code bench} alike.
 *
 * @param method of the request
 * @param fields its header fields but Host and those that frame the body, values by name
 * @param data its body
 * @param unix where every connection leads, if not to the URL's host
 */
record RequestOptions(
        String method,
        Map<String, List<String>> fields,
        Optional<RequestData> data,
        Optional<UnixAddress> unix) {
    static final String METHOD = "--method";
    static final String HEADER = "--header";
    static final String DATA = "--data";
    static final String UNIX = "--unix";

    /** RFC 9110 section 5.6.2. */
    private static final Pattern TOKEN = Pattern.compile("[!#$%&'*+.^_`|~0-9A-Za-z-]+");

    /** RFC 9110 section 5.5. */
    private static final Pattern VALUE = Pattern.compile("[\\t\\x20-\\x7e\\x80-\\xff]*");

    private static final Set<String> FRAMING = Set.of("content-length", "transfer-encoding");
    private static final String FORM = "application/x-www-form-urlencoded";

    /** {@code dataLetter} is the short form of the body's option. */
    static List<Option> options(String dataLetter) {
        return List.of(
                new Option("-X", METHOD, "METHOD", "instead of GET, or of POST with a body"),
                new Option(
                                "-H",
                                HEADER,
                                "'NAME: VALUE'",
                                "a header field; NAME: alone leaves it out")
                        .repeatable(),
                new Option(dataLetter, DATA, "TEXT", "the body; @FILE is a file's content"),
                new Option(UNIX, "PATH", "connect to a Unix socket, @NAME for an abstract one"));
    }

    static RequestOptions read(Arguments arguments, String standardMethod) {
        Optional<RequestData> data = arguments.text(DATA).map(RequestData::parse);
        String method = arguments.text(METHOD).orElse(data.isPresent() ? "POST" : standardMethod);
        if (!TOKEN.matcher(method).matches() || method.equals("CONNECT")) {
            throw new UsageError(
                    METHOD + " " + method + ": no method; use GET, POST, PUT, DELETE or the like");
        }
        if (data.isPresent() && method.equals("HEAD")) {
            throw new UsageError(DATA + ": HEAD has no body; leave it out, or use another method");
        }
        return new RequestOptions(
                method,
                fields(arguments.texts(HEADER), data.isPresent()),
                data,
                arguments.text(UNIX).map(RequestOptions::unix));
    }

    private static UnixAddress unix(String path) {
        try {
            return UnixAddress.of(path);
        } catch (IllegalArgumentException e) {
            throw new UsageError(UNIX + ": " + e.getMessage() + "; choose another path");
        }
    }

    /** Those given take the place of the standard ones. */
    private static Map<String, List<String>> fields(List<String> given, boolean hasBody) {
        Map<String, List<String>> fields = new LinkedHashMap<>();
        fields.put("User-Agent", List.of("millrace/" + Version.text()));
        fields.put("Accept", List.of("*/*"));
        if (hasBody) {
            fields.put("Content-Type", List.of(FORM));
        }
        Map<String, List<String>> own = new LinkedHashMap<>();
        for (String line : given) {
            int colon = line.indexOf(':');
            String name = colon < 0 ? "" : line.substring(0, colon);
            String value = line.substring(colon + 1).strip();
            if (!TOKEN.matcher(name).matches() || !VALUE.matcher(value).matches()) {
                throw new UsageError(HEADER + " " + line + ": no field; write 'NAME: VALUE'");
            }
            if (FRAMING.contains(name.toLowerCase(Locale.ROOT))) {
                throw new UsageError(HEADER + " " + line + ": the body decides it; leave it out");
            }
            fields.keySet().removeIf(name::equalsIgnoreCase);
            if (!value.isEmpty()) {
                own.computeIfAbsent(name, key -> new ArrayList<>()).add(value);
            }
        }
        fields.putAll(own);
        return fields;
    }
}
