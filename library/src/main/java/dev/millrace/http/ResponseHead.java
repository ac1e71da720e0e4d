package dev.millrace.http;

import dev.millrace.loop.Loop;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Writes heads of answers, one after the other, into one array that a server reuses; a short body
 * follows in the same array, so that both leave in one copy. What is the same for all answers of a
 * second, the Date among it (RFC 9110 section 6.6.1), is made once a second.
 */
final class ResponseHead {
    private static final byte[] CONTENT_LENGTH = ascii("Content-Length: ");
    private static final byte[] CHUNKED = ascii("Transfer-Encoding: chunked\r\n");
    private static final byte[] CLOSE = ascii("Connection: close\r\n");
    private static final byte[] NOTHING = {};
    private static final long NANOS_PER_SECOND = 1_000_000_000;

    private final Loop loop;
    private final byte[] keepAlive;
    private byte[] array = new byte[1024];
    private int length;

    private byte[] date = {};
    private byte[] dateAndKeepAlive = {};
    private long dateEndsNanos;
    private boolean hasDate;

    ResponseHead(Loop loop, HttpTimeouts timeouts) {
        this.loop = loop;
        // Announced so that a client does not send into a connection that is about to close (X46).
        long seconds = timeouts.keepAlive().toSeconds();
        this.keepAlive =
                ascii(
                        "Connection: keep-alive\r\n"
                                + (seconds > 0 ? "Keep-Alive: timeout=" + seconds + "\r\n" : ""));
    }

    byte[] array() {
        return array;
    }

    int length() {
        return length;
    }

    /** Begins a head; the fields of the handler come first, in its order. */
    void begin(int status, @Nullable String reason, @Nullable ResponseFields fields) {
        length = 0;
        append(reason == null ? Statuses.line(status) : Statuses.line(status, reason));
        if (fields != null) {
            List<String> lines = fields.lines();
            for (int at = 0; at < lines.size(); at += 2) {
                field(lines.get(at), lines.get(at + 1));
            }
        }
    }

    /** Framing is decided by the response, so a handler's own line of it is left out here. */
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

    void contentLength(long count) {
        ensure(40);
        append(CONTENT_LENGTH);
        appendNumber(count);
        endLine();
    }

    void chunked() {
        append(CHUNKED);
    }

    /** Ends the head with what is the same for all. */
    void end(boolean isPersistent, boolean wantsDate, boolean wantsConnection) {
        refreshDate();
        if (isPersistent && wantsDate && wantsConnection) {
            append(dateAndKeepAlive);
        } else {
            append(wantsDate ? date : NOTHING);
            append(wantsConnection ? isPersistent ? keepAlive : CLOSE : NOTHING);
        }
        ensure(2);
        endLine();
    }

    /** A body behind the head. */
    void append(byte[] source, int offset, int count) {
        ensure(count);
        System.arraycopy(source, offset, array, length, count);
        length += count;
    }

    private void append(byte[] source) {
        append(source, 0, source.length);
    }

    /** The characters were checked to fit a byte each. */
    private void append(String text) {
        int count = text.length();
        for (int at = 0; at < count; at++) {
            array[length + at] = (byte) text.charAt(at);
        }
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

    private void refreshDate() {
        long now = loop.nowNanos();
        if (hasDate && now - dateEndsNanos < 0) {
            return;
        }
        Instant instant = Instant.now();
        hasDate = true;
        dateEndsNanos = now + NANOS_PER_SECOND - instant.getNano();
        date = ascii("Date: " + HttpDate.format(instant) + "\r\n");
        dateAndKeepAlive = Arrays.copyOf(date, date.length + keepAlive.length);
        System.arraycopy(keepAlive, 0, dateAndKeepAlive, date.length, keepAlive.length);
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}
