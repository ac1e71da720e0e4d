package dev.millrace.stream;

import java.io.IOException;

/**
 * The bytes of a stream are no frame: too long, malformed, or broken off by the end of the stream.
 */
public final class FrameException extends IOException {
    private static final long serialVersionUID = 1;

    /** For authors of a {@link Framing}; {@code message} tells what came and what may come. */
    public FrameException(String message) {
        super(message);
    }

    static FrameException tooLong(String what, String bytes, int maxBytes) {
        return new FrameException(
                what + " of " + bytes + " bytes, the limit is " + maxBytes + " bytes");
    }
}
