package dev.millrace.http.wire;

import java.util.HexFormat;

/** Bytes in text files: \r \n \t \\ and \xHH; everything else stands for itself. */
final class Escapes {

    private Escapes() {}

    /** One char a byte. */
    static String read(String escaped) {
        StringBuilder bytes = new StringBuilder();
        for (int i = 0; i < escaped.length(); i++) {
            char c = escaped.charAt(i);
            if (c != '\\') {
                bytes.append(c);
                continue;
            }
            char kind = escaped.charAt(++i);
            switch (kind) {
                case 'r' -> bytes.append('\r');
                case 'n' -> bytes.append('\n');
                case 't' -> bytes.append('\t');
                case '\\' -> bytes.append('\\');
                case 'x' -> {
                    bytes.append((char) HexFormat.fromHexDigits(escaped, i + 1, i + 3));
                    i += 2;
                }
                default -> throw new IllegalArgumentException("\\" + kind + " in " + escaped);
            }
        }
        return bytes.toString();
    }

    static String write(String bytes) {
        StringBuilder escaped = new StringBuilder();
        for (char c : bytes.toCharArray()) {
            switch (c) {
                case '\r' -> escaped.append("\\r");
                case '\n' -> escaped.append("\\n");
                case '\t' -> escaped.append("\\t");
                case '\\' -> escaped.append("\\\\");
                default -> {
                    boolean plain = c >= 0x20 && c < 0x7F;
                    escaped.append(plain ? String.valueOf(c) : "\\x%02X".formatted((int) c));
                }
            }
        }
        return escaped.toString();
    }
}
