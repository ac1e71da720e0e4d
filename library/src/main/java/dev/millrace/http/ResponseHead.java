package dev.millrace.http;

import dev.millrace.http.wire.FieldsToSend;
import dev.millrace.http.wire.HeadWriter;
import dev.millrace.http.wire.StatusLine;
import dev.millrace.loop.Loop;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Writes the heads of one server's responses, one after the other. What is the same for all
 * responses of a second, the Date among it (RFC 9110 section 6.6.1), is made once a second.
 */
final class ResponseHead {
    private static final byte[] CLOSE = ascii("Connection: close\r\n");
    private static final byte[] NOTHING = {};
    private static final long NANOS_PER_SECOND = 1_000_000_000;

    private final Loop loop;
    private final InstantSource instants;
    private final byte[] keepAlive;
    private final HeadWriter writer = new HeadWriter();

    private byte[] date = {};
    private byte[] dateAndKeepAlive = {};
    private long dateEndsNanos;
    private boolean hasDate;

    ResponseHead(Loop loop, HttpTimeouts timeouts) {
        this(loop, timeouts, InstantSource.system());
    }

    /** {@code instants}: what the Date is read from, once a second. */
    ResponseHead(Loop loop, HttpTimeouts timeouts, InstantSource instants) {
        this.loop = loop;
        this.instants = instants;
        // Announced so that a client does not send into a connection that is about to close (X46).
        long seconds = timeouts.keepAlive().toSeconds();
        this.keepAlive =
                ascii(
                        "Connection: keep-alive\r\n"
                                + (seconds > 0 ? "Keep-Alive: timeout=" + seconds + "\r\n" : ""));
    }

    byte[] array() {
        return writer.array();
    }

    int length() {
        return writer.length();
    }

    /** Begins a head; the fields of the handler come first, in its order. */
    void begin(int status, @Nullable String reason, @Nullable FieldsToSend fields) {
        StatusLine line = reason == null ? StatusLine.of(status) : StatusLine.of(status, reason);
        writer.begin(line, fields);
    }

    void contentLength(long count) {
        writer.contentLength(count);
    }

    void chunked() {
        writer.chunked();
    }

    /** Ends the head with what is the same for all. */
    void end(boolean isPersistent, boolean wantsDate, boolean wantsConnection) {
        refreshDate();
        if (isPersistent && wantsDate && wantsConnection) {
            writer.append(dateAndKeepAlive);
        } else {
            writer.append(wantsDate ? date : NOTHING);
            writer.append(wantsConnection ? isPersistent ? keepAlive : CLOSE : NOTHING);
        }
        writer.end();
    }

    /** In place of a head: the last chunk, with the trailer that follows it. */
    void trailer(FieldsToSend fields) {
        writer.beginTrailer(fields);
        writer.end();
    }

    /** A body behind the head. */
    void append(byte[] source, int offset, int count) {
        writer.append(source, offset, count);
    }

    private void refreshDate() {
        long now = loop.nowNanos();
        if (hasDate && now - dateEndsNanos < 0) {
            return;
        }
        Instant instant = instants.instant();
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
