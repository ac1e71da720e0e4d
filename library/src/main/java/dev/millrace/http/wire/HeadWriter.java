package dev.millrace.http.wire;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Writes heads of requests and responses, one after the other, into one array that its owner
 * reuses. A short body may follow in the same array, so that both leave in one copy.
 */
public final class HeadWriter {
    private static final byte[] CONTENT_LENGTH =
            "Content-Length: ".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] CHUNKED =
            "Transfer-Encoding: chunked\r\n".getBytes(StandardCharsets.US_ASCII);

    private static final byte[] LAST_CHUNK = "0\r\n".getBytes(StandardCharsets.US_ASCII);

    private byte[] array = new byte[1024];
    private int length;

    /** What was written, up to {@link #length()}. It is good until the next {@link #begin}. */
    public byte[] array() {
        return array;
    }

    public int length() {
        return length;
    }

    /** Begins a head; {@code fields} come first, in their order. */
    public void begin(StartLine line, @Nullable FieldsToSend fields) {
        length = 0;
        append(line.bytes());
        fields(fields);
    }

    /**
     * Begins the last chunk and its trailer (RFC 9112 section 7.1.2), which ends as a head does.
     */
    public void beginTrailer(@Nullable FieldsToSend fields) {
        length = 0;
        append(LAST_CHUNK);
        fields(fields);
    }

    private void fields(@Nullable FieldsToSend fields) {
        if (fields == null) {
            return;
        }
        for (int at = 0; at < fields.count(); at++) {
            field(fields.name(at), fields.value(at));
        }
    }

    /** Framing is decided by the sender, so a line of the user's about it is left out here. */
    private void field(String name, String value) {
        if (name.equalsIgnoreCase("transfer-encoding")
                || name.equalsIgnoreCase("content-length")
                || (name.equalsIgnoreCase("connection") && isPersistence(value))) {
            return;
        }
        ensure(name.length() + value.length() + 4);
        append(name);
        array[length++] = ':';
        array[length++] = ' ';
        append(value);
        endLine();
    }

    private static boolean isPersistence(String value) {
        return value.equalsIgnoreCase("close") || value.equalsIgnoreCase("keep-alive");
    }

    public void contentLength(long count) {
        ensure(40);
        append(CONTENT_LENGTH);
        appendNumber(count);
        endLine();
    }

    public void chunked() {
        append(CHUNKED);
    }

    /** Ends the head with its empty line. */
    public void end() {
        ensure(2);
        endLine();
    }

    /** Ready-made field lines, or a body behind the head. */
    public void append(byte[] source, int offset, int count) {
        ensure(count);
        System.arraycopy(source, offset, array, length, count);
        length += count;
    }

    public void append(byte[] source) {
        append(source, 0, source.length);
    }

    /**
     * The characters were checked to fit a byte each, and this method of {@link String}, deprecated
     * because it does not look, copies them at once.
     */
    @SuppressWarnings("deprecation")
    private void append(String text) {
        int count = text.length();
        text.getBytes(0, count, array, length);
        length += count;
    }

    private void endLine() {
        array[length++] = '\r';
        array[length++] = '\n';
    }

    private void appendNumber(long number) {
        int digits = 1;
        for (long rest = number / 10; rest > 0; rest /= 10) {
            digits++;
        }
        long rest = number;
        for (int at = length + digits - 1; at >= length; at--) {
            array[at] = (byte) ('0' + rest % 10);
            rest /= 10;
        }
        length += digits;
    }

    private void ensure(int count) {
        if (array.length - length < count) {
            array = Arrays.copyOf(array, Math.max(array.length * 2, length + count));
        }
    }
}
