package dev.millrace.web;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The parameters of a field's value: {@code ; name=token; name="quoted string"}, read strictly. In
 * a quoted string only {@code \"} and {@code \\} are pairs, since browsers send the backslashes of
 * a file's name as they are (RFC 7578 section 4.2).
 */
final class Parameters {
    private record Parameter(String name, String value) {}

    private final String text;
    private final List<Parameter> found = new ArrayList<>();
    private int at;

    Parameters(String text) {
        this.text = text;
    }

    /** False when something is malformed. */
    boolean read() {
        at = text.indexOf(';');
        at = at < 0 ? text.length() : at;
        while (at < text.length()) {
            // A semicolon is next.
            at++;
            skipSpace();
            if (at == text.length()) {
                return true;
            }
            if (!readOne()) {
                return false;
            }
            skipSpace();
            if (at < text.length() && text.charAt(at) != ';') {
                return false;
            }
        }
        return true;
    }

    private boolean readOne() {
        String name = token();
        if (name.isEmpty() || at == text.length() || text.charAt(at) != '=') {
            return false;
        }
        at++;
        boolean isQuoted = at < text.length() && text.charAt(at) == '"';
        String value = isQuoted ? quoted() : token();
        if (value == null || !isQuoted && value.isEmpty()) {
            return false;
        }
        found.add(new Parameter(name, value));
        return true;
    }

    private void skipSpace() {
        while (at < text.length() && (text.charAt(at) == ' ' || text.charAt(at) == '\t')) {
            at++;
        }
    }

    private String token() {
        int start = at;
        while (at < text.length() && FieldText.isTokenChar(text.charAt(at))) {
            at++;
        }
        return text.substring(start, at);
    }

    private @Nullable String quoted() {
        StringBuilder value = new StringBuilder();
        for (at++; at < text.length(); at++) {
            char c = text.charAt(at);
            char next = at + 1 < text.length() ? text.charAt(at + 1) : 0;
            if (c == '"') {
                at++;
                return value.toString();
            }
            if (c == '\\' && (next == '"' || next == '\\')) {
                c = next;
                at++;
            }
            value.append(c);
        }
        return null;
    }

    /** The one with this name, in any case; null if there is none or more than one. */
    @Nullable String find(String name) {
        List<String> values =
                found.stream()
                        .filter(one -> one.name.equalsIgnoreCase(name))
                        .map(Parameter::value)
                        .toList();
        return values.size() == 1 ? values.getFirst() : null;
    }

    /** Whether there is one with this name, in any case. */
    boolean has(String name) {
        return found.stream().anyMatch(one -> one.name.equalsIgnoreCase(name));
    }
}
