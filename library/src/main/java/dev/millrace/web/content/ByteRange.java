package dev.millrace.web.content;

/**
 * A part of a file.
 *
 * @param first its first byte
 * @param length how many, at least one; or none, of an empty file
 */
public record ByteRange(long first, long length) {

    /** The place behind its last byte. */
    long end() {
        return first + length;
    }

    /** For instance {@code bytes 0-499/1234} (RFC 9110 section 14.4). */
    String contentRange(long fileLength) {
        return "bytes " + first + "-" + (end() - 1) + "/" + fileLength;
    }

    /** Whether both overlap, or less than {@code gap} bytes lie between them. */
    boolean isNear(ByteRange other, int gap) {
        return other.first - gap < end() && first - gap < other.end();
    }

    /** From the first byte of both to their last. */
    ByteRange with(ByteRange other) {
        long start = Math.min(first, other.first);
        return new ByteRange(start, Math.max(end(), other.end()) - start);
    }
}
