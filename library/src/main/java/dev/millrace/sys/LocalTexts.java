package dev.millrace.sys;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import java.lang.foreign.MemorySegment;
import java.nio.charset.Charset;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;

/**
 * The texts that the C library has for each errno in the language of this process, as the JDK puts
 * them into its exceptions (strerror_r(3)). Found out when first asked for.
 */
final class LocalTexts {
    private static final int ERRNO_END = 134;
    private static final int TEXT_MAX_BYTES = 256;

    private static final Map<String, Integer> TABLE = new HashMap<>();

    static {
        MemorySegment function = strerror();
        try (Libc libc = new Libc()) {
            for (int errno = 1; errno < ERRNO_END; errno++) {
                String text = text(libc, function, errno);
                if (!text.isEmpty()) {
                    // EWOULDBLOCK and the like have the number of the first.
                    TABLE.putIfAbsent(text.toLowerCase(Locale.ROOT), errno);
                }
            }
        }
    }

    private LocalTexts() {}

    /** POSIX's variant, which glibc has under another name: its own answers no number. */
    private static MemorySegment strerror() {
        try {
            return Symbols.find("__xpg_strerror_r");
        } catch (UnsupportedOperationException notGlibc) {
            return Symbols.find("strerror_r");
        }
    }

    private static String text(Libc libc, MemorySegment function, int errno) {
        MemorySegment buffer = libc.scratch().asSlice(0, TEXT_MAX_BYTES).fill((byte) 0);
        libc.call(function, errno, buffer.address(), TEXT_MAX_BYTES, 0, 0);
        byte[] bytes = buffer.toArray(JAVA_BYTE);
        int end = 0;
        while (end < bytes.length && bytes[end] != 0) {
            end++;
        }
        return new String(bytes, 0, end, charset());
    }

    /** What the JDK reads them by. */
    private static Charset charset() {
        String name = System.getProperty("sun.jnu.encoding");
        return name != null && Charset.isSupported(name)
                ? Charset.forName(name)
                : Charset.defaultCharset();
    }

    /** The errno of {@code text}, in lower case; 0 when it is another one. */
    static int errno(String text) {
        return TABLE.getOrDefault(text, 0);
    }
}
