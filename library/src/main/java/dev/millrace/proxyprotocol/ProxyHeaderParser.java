package dev.millrace.proxyprotocol;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.util.Arrays;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Reads the header that a connection begins with, of either version, wherever the network has cut
 * it; a wrong byte is told at once, and nothing behind the header is touched.
 *
 * <pre>
 *          "P"            "ROXY "            CR LF, within 107 bytes
 *   start ─────▶ line ──────────────▶ line ─────────────────────────▶ over
 *     │    CR             signature          head            length
 *     └────────▶ binary ────────────▶ head ──────▶ length ──────────▶ over
 *                   anywhere: a wrong byte ──▶ ProxyHeaderException
 * </pre>
 *
 * Not for several threads.
 *
 * {@snippet class="dev.millrace.proxyprotocol.ProxyHeaderExamplesTest" region="parser"}
 */
public final class ProxyHeaderParser {
    /** What two Unix addresses need, the longest of all. */
    public static final int LEAST_MAX_BYTES = 232;

    /** No header of either version is longer: its length has 16 bits. */
    public static final int MAX_BYTES = 16 + 0xFFFF;

    private final int maxBytes;
    private byte[] bytes = new byte[ProxyVersion2.HEAD_BYTES];
    private int count;

    /** How many bytes a header of version 2 has in all; as long as that is not known, its head. */
    private int whole = ProxyVersion2.HEAD_BYTES;

    private @Nullable ProxyHeader header;

    /**
     * Reads one header.
     *
     * @param maxBytes the most that a header of version 2 may have; one of version 1 has 107
     * @throws IllegalArgumentException if addresses do not fit into so many
     */
    public ProxyHeaderParser(int maxBytes) {
        if (maxBytes < LEAST_MAX_BYTES) {
            throw new IllegalArgumentException(
                    "maxBytes is " + maxBytes + ": use " + LEAST_MAX_BYTES + " or more");
        }
        this.maxBytes = maxBytes;
    }

    /**
     * Takes what belongs to the header of the bytes that came.
     *
     * @return how many of them were taken: all while the header is not complete, and none of those
     *     behind it
     * @throws ProxyHeaderException if that is no header, or too long a one
     */
    public int take(byte[] array, int offset, int length) throws ProxyHeaderException {
        int at = offset;
        while (header == null && at < offset + length) {
            add(array[at++]);
        }
        return at - offset;
    }

    /** The header, once it is complete. */
    public Optional<ProxyHeader> header() {
        return Optional.ofNullable(header);
    }

    /** How many bytes of a header came so far. */
    public int bytesTaken() {
        return count;
    }

    private void add(byte next) throws ProxyHeaderException {
        if (count == bytes.length) {
            // A line grows; the length of the other kind is known when this is too short for it.
            bytes = Arrays.copyOf(bytes, Math.max(whole, ProxyVersion1.MAX_BYTES));
        }
        bytes[count++] = next;
        if (bytes[0] == ProxyVersion1.START[0]) {
            line(next);
        } else {
            binary(next);
        }
    }

    private void line(byte next) throws ProxyHeaderException {
        if (count <= ProxyVersion1.START.length) {
            expect(next, ProxyVersion1.START);
            return;
        }
        boolean isEndDue = bytes[count - 2] == '\r';
        if (next == '\n' && isEndDue) {
            header = ProxyVersion1.decode(new String(bytes, 0, count - 2, US_ASCII));
        } else if (isEndDue || !(next == '\r' || isPrintable(next))) {
            throw new ProxyHeaderException(
                    String.format("0x%02x at byte %d of the line", next & 0xFF, count - 1));
        } else if (count == ProxyVersion1.MAX_BYTES) {
            throw new ProxyHeaderException("the line has more than 107 bytes");
        }
    }

    private static boolean isPrintable(byte next) {
        return next >= ' ' && next < 0x7F;
    }

    private void binary(byte next) throws ProxyHeaderException {
        if (count <= ProxyVersion2.SIGNATURE.length) {
            expect(next, ProxyVersion2.SIGNATURE);
            return;
        }
        if (count <= ProxyVersion2.HEAD_BYTES) {
            ProxyVersion2.check(bytes, count - 1);
        }
        if (count == ProxyVersion2.HEAD_BYTES) {
            whole = ProxyVersion2.HEAD_BYTES + ProxyVersion2.length(bytes);
            if (whole > maxBytes) {
                throw new ProxyHeaderException(
                        "the header has " + whole + " bytes, the limit is " + maxBytes);
            }
        }
        if (count >= ProxyVersion2.HEAD_BYTES && count == whole) {
            header = ProxyVersion2.decode(Arrays.copyOf(bytes, count));
        }
    }

    private void expect(byte next, byte[] start) throws ProxyHeaderException {
        if (next != start[count - 1]) {
            throw new ProxyHeaderException(
                    String.format(
                            "no header: byte %d is 0x%02x; the peer has to send one (send-proxy-v2"
                                    + " in HAProxy, proxy_protocol on in nginx)",
                            count - 1, next & 0xFF));
        }
    }

    /** {@code ProxyHeaderParser[16 bytes]}, or with the header. */
    @Override
    public String toString() {
        return "ProxyHeaderParser[" + (header == null ? count + " bytes" : header) + "]";
    }
}
