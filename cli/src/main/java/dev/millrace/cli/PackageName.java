package dev.millrace.cli;

/** The package that a Java source file belongs to: only comments stand before it (JLS 7.3). */
final class PackageName {
    private static final String KEYWORD = "package";

    private PackageName() {}

    /** The name; empty for a file without a package. */
    static String of(String source) {
        int at = skip(source, 0);
        int name = skip(source, at + KEYWORD.length());
        int end = source.indexOf(';', at);
        boolean isDeclared = source.startsWith(KEYWORD, at) && name > at + KEYWORD.length();
        return isDeclared && end > name ? source.substring(name, end).replaceAll("\\s", "") : "";
    }

    /** Behind the spaces and comments from {@code at} on. */
    private static int skip(String source, int at) {
        while (at < source.length()) {
            int next = at;
            if (Character.isWhitespace(source.charAt(at))) {
                next = at + 1;
            } else if (source.startsWith("//", at)) {
                next = behind(source, "\n", at);
            } else if (source.startsWith("/*", at)) {
                next = behind(source, "*/", at + 2);
            }
            if (next == at) {
                return at;
            }
            at = next;
        }
        return at;
    }

    private static int behind(String source, String end, int from) {
        int at = source.indexOf(end, from);
        return at < 0 ? source.length() : at + end.length();
    }
}
