package dev.millrace.ipc;

import java.util.BitSet;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;

/**
 * Reads a JSON text (RFC 8259), strictly and no further than a framing in JSON needs: whether it is
 * one, and of an object some members, each as the text of its value.
 *
 * <pre>
 *   value due ──a scalar, an empty container──▶ separator due ──','──▶ value due
 *      ▲ └──'{' and a name, '['──┘                  └──'}', ']'──▶ separator due, or the end
 * </pre>
 *
 * It has no recursion, so that a deep text costs no stack; what it keeps is a bit for each level.
 */
final class JsonText {
    private static final int HEX_DIGITS = 4;
    private static final int HEX = 16;

    private final String text;
    private final Set<String> wanted;
    private final Map<String, String> members = new HashMap<>();
    private int at;

    /** How many containers are open; those that are objects have their bit set. */
    private int depth;

    private final BitSet objects = new BitSet();

    /** Of the member of the outermost object that is being read. */
    private String name = "";

    private int valueStart;

    private JsonText(String text, Set<String> wanted) {
        this.text = text;
        this.wanted = wanted;
    }

    /**
     * The members of {@code text} that are wanted and there, if it is an object; of a name that
     * comes twice the last one, as JavaScript has it.
     *
     * @throws IllegalArgumentException if it is no JSON text, with the place
     */
    static Map<String, String> members(String text, Set<String> wanted) {
        JsonText reader = new JsonText(text, wanted);
        boolean isValueDue = true;
        while (isValueDue || reader.depth > 0) {
            isValueDue = isValueDue ? reader.value() : reader.separator();
        }
        reader.skipSpace();
        if (reader.at < text.length()) {
            throw reader.bad("the end expected");
        }
        return reader.members;
    }

    /** What the text of a string says, or the empty string if it is the text of something else. */
    static String unquote(String quoted) {
        if (!quoted.startsWith("\"")) {
            return "";
        }
        StringBuilder out = new StringBuilder();
        int end = quoted.length() - 1;
        for (int i = 1; i < end; i++) {
            char c = quoted.charAt(i);
            if (c != '\\') {
                out.append(c);
                continue;
            }
            i++;
            char escape = quoted.charAt(i);
            switch (escape) {
                case 'b' -> out.append('\b');
                case 'f' -> out.append('\f');
                case 'n' -> out.append('\n');
                case 'r' -> out.append('\r');
                case 't' -> out.append('\t');
                case 'u' -> {
                    String digits = quoted.substring(i + 1, i + 1 + HEX_DIGITS);
                    out.append((char) Integer.parseInt(digits, HEX));
                    i += HEX_DIGITS;
                }
                default -> out.append(escape);
            }
        }
        return out.toString();
    }

    private IllegalArgumentException bad(String what) {
        return new IllegalArgumentException("no JSON text: " + what + " at character " + at);
    }

    private char next() {
        skipSpace();
        return peek();
    }

    /** NUL at the end, which no JSON text has in it. */
    private char peek() {
        return at < text.length() ? text.charAt(at) : '\0';
    }

    private void skipSpace() {
        while (at < text.length() && " \t\n\r".indexOf(text.charAt(at)) >= 0) {
            at++;
        }
    }

    /** Whether another value is due behind it: the first one of a container. */
    private boolean value() {
        char first = next();
        if (depth == 1) {
            valueStart = at;
        }
        if (first == '{' || first == '[') {
            return open(first == '{');
        }
        if (first == '"') {
            string();
        } else if (first == '-' || isDigit(first)) {
            number();
        } else {
            literal();
        }
        ended();
        return false;
    }

    private boolean open(boolean isObject) {
        at++;
        objects.set(depth, isObject);
        depth++;
        if (next() == (isObject ? '}' : ']')) {
            close();
            return false;
        }
        if (isObject) {
            name();
        }
        return true;
    }

    private void close() {
        at++;
        depth--;
        ended();
    }

    /** A value is whole. */
    private void ended() {
        if (depth == 1 && objects.get(0) && wanted.contains(name)) {
            members.put(name, text.substring(valueStart, at));
        }
    }

    private boolean separator() {
        boolean isObject = objects.get(depth - 1);
        char next = next();
        if (next == ',') {
            at++;
            if (isObject) {
                next();
                name();
            }
            return true;
        }
        if (next != (isObject ? '}' : ']')) {
            throw bad(isObject ? "',' or '}' expected" : "',' or ']' expected");
        }
        close();
        return false;
    }

    private void name() {
        int start = at;
        if (peek() != '"') {
            throw bad("a name expected");
        }
        string();
        if (depth == 1) {
            name = unquote(text.substring(start, at));
        }
        if (next() != ':') {
            throw bad("':' expected");
        }
        at++;
    }

    private void string() {
        at++;
        for (char c = peek(); c != '"'; c = peek()) {
            if (c < ' ') {
                throw bad(at < text.length() ? "a control character" : "the end of a string");
            }
            at++;
            if (c == '\\') {
                escape();
            } else if (Character.isHighSurrogate(c) && Character.isLowSurrogate(peek())) {
                at++;
            } else if (Character.isSurrogate(c)) {
                at--;
                throw bad("half a character, which needs \\u,");
            }
        }
        at++;
    }

    private void escape() {
        char kind = peek();
        if (kind == '\0' || "\"\\/bfnrtu".indexOf(kind) < 0) {
            throw bad("no escape");
        }
        at++;
        for (int digit = 0; kind == 'u' && digit < HEX_DIGITS; digit++) {
            if ("0123456789abcdefABCDEF".indexOf(peek()) < 0) {
                throw bad("four hexadecimal digits expected");
            }
            at++;
        }
    }

    private static boolean isDigit(char c) {
        return c >= '0' && c <= '9';
    }

    private void number() {
        if (peek() == '-') {
            at++;
        }
        if (peek() == '0') {
            at++;
        } else {
            digits();
        }
        if (peek() == '.') {
            at++;
            digits();
        }
        if (peek() == 'e' || peek() == 'E') {
            at++;
            if (peek() == '+' || peek() == '-') {
                at++;
            }
            digits();
        }
    }

    private void digits() {
        if (!isDigit(peek())) {
            throw bad("a digit expected");
        }
        while (isDigit(peek())) {
            at++;
        }
    }

    private void literal() {
        for (String one : new String[] {"true", "false", "null"}) {
            if (text.startsWith(one, at)) {
                at += one.length();
                return;
            }
        }
        throw bad("a value expected");
    }
}
