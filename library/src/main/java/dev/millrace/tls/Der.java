package dev.millrace.tls;

import java.io.ByteArrayOutputStream;
import java.util.Arrays;

/** As much of DER (X.690) as wrapping a key takes. */
final class Der {
    static final int INTEGER = 0x02;
    static final int OCTETS = 0x04;
    static final int SEQUENCE = 0x30;

    private static final int LONG_FORM = 0x80;

    private Der() {}

    /** One value of {@code tag}, of these parts. */
    static byte[] of(int tag, byte[]... parts) {
        int length = Arrays.stream(parts).mapToInt(part -> part.length).sum();
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.write(tag);
        if (length < LONG_FORM) {
            out.write(length);
        } else {
            int bytes = (Integer.SIZE - Integer.numberOfLeadingZeros(length) + 7) / 8;
            out.write(LONG_FORM | bytes);
            for (int at = bytes - 1; at >= 0; at--) {
                out.write(length >>> (8 * at));
            }
        }
        Arrays.stream(parts).forEach(out::writeBytes);
        return out.toByteArray();
    }

    /** The first value inside of {@code sequence}, whole. */
    static byte[] firstOf(byte[] sequence) {
        int from = contentAt(sequence, 0);
        int to = contentAt(sequence, from) + lengthAt(sequence, from);
        return Arrays.copyOfRange(sequence, from, to);
    }

    private static int contentAt(byte[] der, int at) {
        int first = der[at + 1] & 0xff;
        return at + 2 + (first < LONG_FORM ? 0 : first - LONG_FORM);
    }

    private static int lengthAt(byte[] der, int at) {
        int first = der[at + 1] & 0xff;
        int length = first < LONG_FORM ? first : 0;
        for (int next = at + 2; next < contentAt(der, at); next++) {
            length = length << 8 | der[next] & 0xff;
        }
        return length;
    }
}
