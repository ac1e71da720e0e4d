package dev.millrace.web;

import dev.millrace.http.ServerRequest;
import dev.millrace.http.ServerRequest.RefusedException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;

/**
 * The fields of a form without files: {@code application/x-www-form-urlencoded} (WHATWG URL section
 * 5.1). Any thread.
 *
 * {@snippet class="dev.millrace.web.FormExamplesTest" region="form"}
 */
public final class Form {
    private final Map<String, List<String>> values = new LinkedHashMap<>();

    private Form() {}

    /**
     * How much of everything a form may have. Both are inclusive.
     *
     * @param maxBytes the form, encoded as it is
     * @param maxFields pairs of names and values
     */
    public record Limits(int maxBytes, int maxFields) {
        /** 1 MiB, 1,000 fields. */
        public static final Limits DEFAULTS = new Limits(1 << 20, 1000);

        /**
         * @throws IllegalArgumentException if one is negative
         */
        public Limits {
            if (maxBytes < 0 || maxFields < 0) {
                throw new IllegalArgumentException(
                        "maxBytes is " + maxBytes + ", maxFields " + maxFields + ": use 0 or more");
            }
        }

        /** These limits with another length. */
        public Limits withMaxBytes(int maxBytes) {
            return new Limits(maxBytes, maxFields);
        }

        /** These limits with another number of fields. */
        public Limits withMaxFields(int maxFields) {
            return new Limits(maxBytes, maxFields);
        }
    }

    /** As {@link #read(ServerRequest, Limits)}, with the default limits. */
    public static CompletionStage<Form> read(ServerRequest request) {
        return read(request, Limits.DEFAULTS);
    }

    /**
     * The form that is the body of {@code request}. One that is too long fails with a {@link
     * RefusedException} of 413, one that is not UTF-8 once it is decoded with 400, another media
     * type with 415; that becomes the response unless it is taken.
     */
    public static CompletionStage<Form> read(ServerRequest request, Limits limits) {
        String type = request.header("Content-Type").orElse("");
        String charset = FieldText.parameter(type, "charset");
        if (!FieldText.mediaType(type).equals("application/x-www-form-urlencoded")
                || charset != null && !charset.equalsIgnoreCase("utf-8")) {
            return Multipart.refused(
                    request, 415, "a form is expected: application/x-www-form-urlencoded in UTF-8");
        }
        return request.body(limits.maxBytes).thenApply(bytes -> parse(bytes, limits));
    }

    private static Form parse(byte[] bytes, Limits limits) {
        Form form = new Form();
        int fields = 0;
        for (String field : new String(bytes, StandardCharsets.ISO_8859_1).split("&")) {
            if (field.isEmpty()) {
                continue;
            }
            if (++fields > limits.maxFields) {
                throw refused(413, "the form has more than " + limits.maxFields + " fields");
            }
            int equals = field.indexOf('=');
            String name = decode(equals < 0 ? field : field.substring(0, equals));
            String value = equals < 0 ? "" : decode(field.substring(equals + 1));
            form.values.computeIfAbsent(name, _ -> new ArrayList<>()).add(value);
        }
        return form;
    }

    private static String decode(String text) {
        return PathSegments.decode(text.replace('+', ' '))
                .orElseThrow(() ->
                        refused(
                                400,
                                "the form can't be decoded: a field is not UTF-8, or has NUL"));
    }

    private static CompletionException refused(int status, String text) {
        return new CompletionException(new RefusedException(status, text));
    }

    /** The value of the first field with this name. */
    public Optional<String> first(String name) {
        return all(name).stream().findFirst();
    }

    /** The values of all fields with this name, in their order. */
    public List<String> all(String name) {
        return List.copyOf(values.getOrDefault(name, List.of()));
    }

    /** The names, in the order of their first values. */
    public List<String> names() {
        return List.copyOf(values.keySet());
    }

    /** The names alone, since values are often secrets: {@code Form[user, password]}. */
    @Override
    public String toString() {
        return "Form" + values.keySet();
    }
}
