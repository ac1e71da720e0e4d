package dev.millrace.stream;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

/**
 * Lines of UTF-8. Both LF and CRLF end a line, whichever the other end prefers; a CR elsewhere is
 * part of it. Malformed UTF-8 is refused.
 *
 * {@snippet class="dev.millrace.stream.StreamExamplesTest" region="lines"}
 *
 * @param maxLineBytes the longest line, its end not counted
 * @param endsWithCrlf whether {@link #encode} ends a line with CRLF, as many protocols ask for, and
 *     not with LF
 */
public record Lines(int maxLineBytes, boolean endsWithCrlf) implements Framing<String> {
    private static final char REPLACEMENT = '\uFFFD';

    /** Checks the limit. */
    public Lines {
        if (maxLineBytes < 1) {
            throw new IllegalArgumentException(
                    "lines of at most " + maxLineBytes + " bytes: use 1 or more");
        }
    }

    static Lines of(int maxLineBytes) {
        return new Lines(maxLineBytes, false);
    }

    /** With another end for the lines that are written. */
    public Lines withEndsWithCrlf(boolean crlf) {
        return new Lines(maxLineBytes, crlf);
    }

    @Override
    public int measure(byte[] array, int offset, int length, int seen) throws FrameException {
        int end = offset + length;
        int at = offset + seen;
        while (at < end && array[at] != '\n') {
            at++;
        }
        int lineBytes = withoutCr(array, offset, at - offset);
        if (lineBytes > maxLineBytes) {
            throw FrameException.tooLong("a line", "at least " + lineBytes, maxLineBytes);
        }
        return at == end ? UNKNOWN : at - offset + 1;
    }

    private static int withoutCr(byte[] array, int offset, int length) {
        return length > 0 && array[offset + length - 1] == '\r' ? length - 1 : length;
    }

    @Override
    public String decode(byte[] array, int offset, int length) throws FrameException {
        int lineBytes = withoutCr(array, offset, length - 1);
        String line = new String(array, offset, lineBytes, StandardCharsets.UTF_8);
        // Rare, and then either sent so or put there for something malformed.
        if (line.indexOf(REPLACEMENT) >= 0) {
            check(ByteBuffer.wrap(array, offset, lineBytes));
        }
        return line;
    }

    private static void check(ByteBuffer bytes) throws FrameException {
        try {
            StandardCharsets.UTF_8.newDecoder().decode(bytes);
        } catch (CharacterCodingException e) {
            throw new FrameException("a line that is not UTF-8: " + e.getMessage());
        }
    }

    @Override
    public byte[] encode(String line) {
        byte[] bytes = (line + (endsWithCrlf ? "\r\n" : "\n")).getBytes(StandardCharsets.UTF_8);
        int lineBytes = bytes.length - (endsWithCrlf ? 2 : 1);
        if (lineBytes > maxLineBytes) {
            throw new IllegalArgumentException(
                    "a line of " + lineBytes + " bytes, the limit is " + maxLineBytes + " bytes");
        }
        if (line.indexOf('\n') >= 0 || line.endsWith("\r")) {
            throw new IllegalArgumentException("a line with a line end in it: send it as several");
        }
        checkSurrogates(line);
        return bytes;
    }

    /** Half of a pair has no UTF-8: the JDK puts a question mark in its place. */
    private static void checkSurrogates(String line) {
        int codePoint;
        for (int at = 0; at < line.length(); at += Character.charCount(codePoint)) {
            codePoint = line.codePointAt(at);
            if (Character.getType(codePoint) == Character.SURROGATE) {
                throw new IllegalArgumentException(
                        "a line with half of a surrogate pair at " + at + ", which UTF-8 has not");
            }
        }
    }
}
