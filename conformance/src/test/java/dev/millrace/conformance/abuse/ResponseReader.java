package dev.millrace.conformance.abuse;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.CRC32;

/** Responses one behind the other, by their lengths or chunks; of bodies a checksum is kept. */
final class ResponseReader {
    /** A response is whole. */
    interface Receiver {
        void onResponse(int status, long length, long checksum);
    }

    private enum State {
        HEAD,
        BODY,
        SIZE,
        CHUNK,
        CHUNK_END,
        TRAILER
    }

    private static final Pattern LENGTH = Pattern.compile("(?i)\r\nContent-Length: *(\\d+)\r\n");
    private static final Pattern CHUNKED =
            Pattern.compile("(?i)\r\nTransfer-Encoding: *chunked\r\n");
    private static final int LINES_MAX_BYTES = 16 << 10;

    private final Receiver receiver;
    private final byte[] lines = new byte[LINES_MAX_BYTES];
    private final CRC32 checksum = new CRC32();
    private State state = State.HEAD;
    private int filled;
    private int status;
    private long left;
    private long length;

    ResponseReader(Receiver receiver) {
        this.receiver = receiver;
    }

    /** Whether a response has begun, and is not over. */
    boolean isWithin() {
        return state != State.HEAD || filled > 0;
    }

    /**
     * Reads on.
     *
     * @throws IllegalStateException if that is no response
     */
    void read(ByteBuffer bytes) {
        while (bytes.hasRemaining()) {
            switch (state) {
                case HEAD -> head(bytes);
                case BODY, CHUNK -> content(bytes);
                case SIZE, CHUNK_END, TRAILER -> line(bytes);
            }
        }
    }

    private void keep(byte b) {
        if (filled == lines.length) {
            throw new IllegalStateException("a head, or a line, without end");
        }
        lines[filled++] = b;
    }

    private boolean isBehind(String end) {
        boolean isBehind = filled >= end.length();
        for (int at = 0; isBehind && at < end.length(); at++) {
            isBehind = lines[filled - end.length() + at] == end.charAt(at);
        }
        return isBehind;
    }

    private String takeLines() {
        String text = new String(lines, 0, filled, StandardCharsets.ISO_8859_1);
        filled = 0;
        return text;
    }

    private void head(ByteBuffer bytes) {
        do {
            keep(bytes.get());
        } while (bytes.hasRemaining() && !(lines[filled - 1] == '\n' && isBehind("\r\n\r\n")));
        if (!isBehind("\r\n\r\n")) {
            return;
        }
        String head = takeLines();
        if (!head.startsWith("HTTP/1.1 ")) {
            throw new IllegalStateException("no response: " + head);
        }
        status = Integer.parseInt(head.substring(9, 12));
        checksum.reset();
        length = 0;
        Matcher told = LENGTH.matcher(head);
        if (told.find()) {
            left = Long.parseLong(told.group(1));
            state = State.BODY;
        } else if (CHUNKED.matcher(head).find()) {
            state = State.SIZE;
        } else {
            left = 0;
            state = State.BODY;
        }
        if (state == State.BODY && left == 0) {
            over();
        }
    }

    private void content(ByteBuffer bytes) {
        int count = (int) Math.min(left, bytes.remaining());
        ByteBuffer taken = bytes.slice(bytes.position(), count);
        checksum.update(taken);
        bytes.position(bytes.position() + count);
        length += count;
        left -= count;
        if (left == 0 && state == State.BODY) {
            over();
        } else if (left == 0) {
            state = State.CHUNK_END;
        }
    }

    private void line(ByteBuffer bytes) {
        keep(bytes.get());
        if (!isBehind("\r\n")) {
            return;
        }
        String line = takeLines();
        switch (state) {
            case SIZE -> {
                left = Long.parseLong(line.strip(), 16);
                state = left == 0 ? State.TRAILER : State.CHUNK;
            }
            case CHUNK_END -> state = State.SIZE;
            default -> {
                if (line.length() == 2) {
                    over();
                }
            }
        }
    }

    private void over() {
        state = State.HEAD;
        receiver.onResponse(status, length, checksum.getValue());
    }
}
