package dev.millrace.systemd;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.Locale;

/**
 * Names of descriptors that systemd keeps: up to 255 printable ASCII characters, and no colon
 * (sd_notify(3), FDNAME).
 *
 * {@snippet class="dev.millrace.systemd.ServiceNotifierExamplesTest" region="store"}
 */
public final class StoredName {
    private static final int MAX = 255;

    private StoredName() {}

    /**
     * A name for any text, the same for the same one: what may not be in a name is a percent sign
     * and two hexadecimal digits for each byte of UTF-8.
     *
     * @throws IllegalArgumentException if it is empty, or has more than 255 characters by then
     */
    public static String encode(String text) {
        StringBuilder name = new StringBuilder();
        for (byte one : text.getBytes(UTF_8)) {
            boolean isPlain = one >= ' ' && one < 0x7F && one != ':' && one != '%';
            name.append(isPlain ? (char) one : String.format(Locale.ROOT, "%%%02X", one & 0xFF));
        }
        check(name.toString());
        return name.toString();
    }

    static void check(String name) {
        boolean isName =
                !name.isEmpty()
                        && name.length() <= MAX
                        && name.chars().allMatch(c -> c >= ' ' && c < 0x7F && c != ':');
        if (!isName) {
            throw new IllegalArgumentException(
                    "no name of a descriptor: \""
                            + name
                            + "\"; use 1 to 255 printable ASCII characters without colons");
        }
    }
}
