package dev.millrace.web.content;

import java.util.zip.CRC32;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;
import org.jspecify.annotations.Nullable;

/**
 * One coding being taken away: gzip (RFC 1952) or zlib (RFC 1950), as strictly as it is written.
 *
 * <pre>
 *   gzip:  head ──▶ data ──▶ trailer ──▶ (end of the body, or another head)
 *   zlib:           data ───────────────▶ (end of the body)
 * </pre>
 *
 * What comes out, and where it fails, does not depend on how the input was cut.
 */
public final class Inflating implements AutoCloseable {
    private enum Place {
        HEAD,
        DATA,
        TRAILER,
        /** Behind a whole member. */
        BETWEEN
    }

    private static final int EXTRA = 4;
    private static final int NAME = 8;
    private static final int COMMENT = 16;
    private static final int HEAD_CHECKSUM = 2;
    private static final int RESERVED = 0xe0;
    private static final int FIXED_HEAD = 10;

    /** An extra field is at most 64 KiB; a name or a comment that is longer is no name. */
    private static final int TEXT_MAX = 64 * 1024;

    private final boolean isGzip;
    private final Inflater inflater;
    private final CRC32 checksum = new CRC32();
    private final CRC32 headChecksum = new CRC32();
    private Place place;

    /** Where in the head, the text in it, or the trailer. */
    private int at;

    private int flags;
    private int left;
    private long number;
    private long memberLength;
    private long received;
    private @Nullable String failure;

    public Inflating(boolean isGzip) {
        this.isGzip = isGzip;
        this.inflater = new Inflater(isGzip);
        this.place = isGzip ? Place.HEAD : Place.DATA;
    }

    /** Bytes it has taken so far. */
    public long received() {
        return received;
    }

    /** Whether the body may end here. */
    public boolean isWhole() {
        return place == Place.BETWEEN;
    }

    /** What {@link #inflate} came to. */
    public record Outcome(int taken, int given) {}

    /** Why it can't go on, behind what was given so far; null if it can. */
    public @Nullable String failure() {
        return failure;
    }

    /** Takes input and gives output, until one of them is used up, or there is a failure. */
    public Outcome inflate(byte[] in, int from, int end, byte[] out, int room) {
        int next = from;
        int given = 0;
        while (failure == null) {
            if (place == Place.DATA && given < room) {
                inflater.setInput(in, next, end - next);
                int count = inflated(out, given, room - given);
                next = end - inflater.getRemaining();
                checksum.update(out, given, count);
                memberLength += count;
                given += count;
                if (inflater.finished()) {
                    endOfData();
                } else if (count == 0) {
                    break;
                }
            } else if (place == Place.DATA || next == end) {
                break;
            } else if (place == Place.BETWEEN) {
                begin();
            } else {
                framing(in[next++] & 0xff);
            }
        }
        received += next - from;
        return new Outcome(next - from, given);
    }

    /** How many bytes came out, also before a failure. */
    private int inflated(byte[] out, int offset, int room) {
        long before = inflater.getBytesWritten();
        try {
            inflater.inflate(out, offset, room);
            if (inflater.needsDictionary()) {
                failure = "it needs a dictionary";
            }
        } catch (DataFormatException e) {
            failure = e.getMessage() == null ? "its data is damaged" : e.getMessage();
        }
        return (int) (inflater.getBytesWritten() - before);
    }

    private void framing(int b) {
        try {
            if (place == Place.HEAD) {
                head(b);
            } else {
                trailer(b);
            }
        } catch (DataFormatException e) {
            failure = e.getMessage();
        }
    }

    private void endOfData() {
        at = 0;
        number = 0;
        place = isGzip ? Place.TRAILER : Place.BETWEEN;
    }

    /** Another member (RFC 1952 section 2.2). */
    private void begin() {
        if (!isGzip) {
            failure = "bytes follow the end of the data";
            return;
        }
        inflater.reset();
        checksum.reset();
        headChecksum.reset();
        memberLength = 0;
        at = 0;
        place = Place.HEAD;
    }

    private void head(int b) throws DataFormatException {
        if (at == FIXED_HEAD && (flags & ~HEAD_CHECKSUM) == 0 && left > 0) {
            headChecksumByte(b);
            return;
        }
        headChecksum.update(b);
        if (at < FIXED_HEAD) {
            fixed(b);
        } else if ((flags & EXTRA) != 0) {
            extra(b);
        } else {
            text(b);
        }
        if (at == FIXED_HEAD) {
            nextPart();
        }
    }

    private void fixed(int b) throws DataFormatException {
        boolean isRight =
                switch (at) {
                    case 0 -> b == 0x1f;
                    case 1 -> b == 0x8b;
                    case 2 -> b == 8;
                    case 3 -> (b & RESERVED) == 0;
                    default -> true;
                };
        if (!isRight) {
            throw new DataFormatException("it does not begin as gzip does");
        }
        if (at == 3) {
            flags = b;
        }
        at++;
        left = 0;
        number = 0;
    }

    /**
     * Two bytes of length, then as many as they say; {@code left} counts beyond 64 KiB for these.
     */
    private void extra(int b) {
        if (left < 2) {
            number |= (long) b << (8 * left++);
        } else {
            left++;
        }
        if (left >= 2 && left == 2 + number) {
            flags &= ~EXTRA;
            left = 0;
            number = 0;
        }
    }

    private void text(int b) throws DataFormatException {
        if (b == 0) {
            flags &= (flags & NAME) != 0 ? ~NAME : ~COMMENT;
            left = 0;
        } else if (++left > TEXT_MAX) {
            throw new DataFormatException("a text in its head is too long");
        }
    }

    /** The head is over, or its checksum is next, unless a part of it has begun or is to come. */
    private void nextPart() {
        if ((flags & (EXTRA | NAME | COMMENT)) != 0) {
            return;
        }
        if ((flags & HEAD_CHECKSUM) != 0) {
            flags = HEAD_CHECKSUM;
            left = 2;
            number = 0;
        } else {
            place = Place.DATA;
        }
    }

    private void headChecksumByte(int b) throws DataFormatException {
        number |= (long) b << (8 * (2 - left));
        if (--left == 0) {
            if (number != (headChecksum.getValue() & 0xffff)) {
                throw new DataFormatException("the checksum of its head is wrong");
            }
            place = Place.DATA;
        }
    }

    private void trailer(int b) throws DataFormatException {
        number |= (long) b << (8 * at++);
        if (at == 8) {
            if ((number & 0xffff_ffffL) != checksum.getValue()) {
                throw new DataFormatException("its checksum is wrong");
            }
            if (number >>> 32 != (memberLength & 0xffff_ffffL)) {
                throw new DataFormatException("its length is wrong");
            }
            place = Place.BETWEEN;
        }
    }

    @Override
    public void close() {
        inflater.end();
    }
}
