package dev.millrace.web;

import java.nio.charset.StandardCharsets;
import java.util.Locale;

/** Makes a name that can lie in a folder, of any system, of one that a client has made up. */
final class SafeFileName {
    /** What most file systems take. */
    private static final int MAX_BYTES = 255;

    private static final String DEVICES = "con|prn|aux|nul|(com|lpt)[0-9\u00b9\u00b2\u00b3]";

    private SafeFileName() {}

    static String of(String text) {
        int slash = Math.max(text.lastIndexOf('/'), text.lastIndexOf('\\'));
        StringBuilder name = new StringBuilder();
        text.substring(slash + 1)
                .codePoints()
                .map(SafeFileName::safe)
                .filter(c -> c != 0)
                .forEach(name::appendCodePoint);
        // A dot in front hides it, one at the end is dropped by some systems.
        String bare = name.toString().replaceFirst("^[. ]+", "").replaceFirst("[. ]+$", "");
        String stem = bare.replaceFirst("\\..*", "").strip().toLowerCase(Locale.ROOT);
        if (stem.matches(DEVICES)) {
            bare = "_" + bare;
        }
        String cut = cut(bare).replaceFirst("[. ]+$", "");
        return cut.isEmpty() ? "file" : cut;
    }

    /** What stands in the place of a character; 0 for nothing. */
    private static int safe(int c) {
        int type = Character.getType(c);
        boolean isUnseen =
                type == Character.CONTROL
                        || type == Character.FORMAT
                        || type == Character.SURROGATE
                        || type == Character.LINE_SEPARATOR
                        || type == Character.PARAGRAPH_SEPARATOR;
        return isUnseen ? 0 : "<>:\"|?*".indexOf(c) >= 0 ? '_' : c;
    }

    /** As much as has room; the end, which says what is in the file, is kept if it is short. */
    private static String cut(String name) {
        int dot = name.lastIndexOf('.');
        String end = dot > 0 && name.length() - dot <= 16 ? name.substring(dot) : "";
        StringBuilder stem = new StringBuilder(name.substring(0, name.length() - end.length()));
        while (bytes(stem + end) > MAX_BYTES) {
            stem.setLength(stem.offsetByCodePoints(stem.length(), -1));
        }
        return stem + end;
    }

    private static int bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8).length;
    }
}
