package dev.millrace.web;

import dev.millrace.http.ServerResponse;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;

/**
 * A response that is written in blocking code; any thread but the loop's, one at a time.
 *
 * {@snippet class="dev.millrace.web.VirtualThreadsExamplesTest" region="blockingResponse"}
 *
 * <p>Up to 8 KiB are gathered, so that a short response leaves whole and has a Content-Length. It
 * is complete when the handler returns.
 */
public final class BlockingResponse {
    private static final int BUFFER_BYTES = 8 * 1024;

    private final ExchangeBridge bridge;
    private final Output output = new Output();

    /** The head, as it is to be set on the loop. */
    private final List<Consumer<ServerResponse>> head = new ArrayList<>();

    private boolean isCommitted;
    private boolean isEnded;

    BlockingResponse(ExchangeBridge bridge) {
        this.bridge = bridge;
    }

    /**
     * Sets the status; 200 is the default.
     *
     * @throws IllegalArgumentException unless it is 200 to 599
     * @throws IllegalStateException if the head was sent
     */
    public BlockingResponse status(int status) {
        if (status < 200 || status > 599) {
            throw new IllegalArgumentException("a final status is 200 to 599, not " + status);
        }
        return set(response -> response.status(status));
    }

    /**
     * Sets a header field, in place of those with the same name.
     *
     * @throws IllegalArgumentException if the name is no token, or the value holds what a field
     *     can't carry
     * @throws IllegalStateException if the head was sent
     */
    public BlockingResponse header(String name, String value) {
        check(name, value);
        return set(response -> response.header(name, value));
    }

    /** Adds a header field beside those with the same name; otherwise as {@link #header}. */
    public BlockingResponse addHeader(String name, String value) {
        check(name, value);
        return set(response -> response.addHeader(name, value));
    }

    private static void check(String name, String value) {
        if (!FieldText.isToken(name)) {
            throw new IllegalArgumentException("no name of a header field: " + name);
        }
        FieldText.check(
                "the value of " + name,
                value,
                c -> c >= 0x20 && c < 0x100 && c != 0x7f || c == '\t',
                "encode it");
    }

    private BlockingResponse set(Consumer<ServerResponse> change) {
        if (isCommitted) {
            throw new IllegalStateException("the head was sent already (ERR_HTTP_HEADERS_SENT)");
        }
        head.add(change);
        return this;
    }

    /**
     * The body. A write waits while the client takes less than it gets, and fails when it leaves;
     * {@code flush} sends what was gathered, and {@code close} ends the response.
     */
    public OutputStream outputStream() {
        return output;
    }

    /** Writes {@code text} as UTF-8, and ends the response. */
    public void end(String text) throws IOException {
        end(text.getBytes(StandardCharsets.UTF_8));
    }

    /** Writes {@code bytes}, and ends the response. */
    public void end(byte[] bytes) throws IOException {
        if (!isCommitted && output.count == 0) {
            isCommitted = true;
            isEnded = true;
            bridge.end(head, bytes.clone());
        } else {
            output.write(bytes);
            end();
        }
    }

    /** Ends the response. Idempotent. */
    public void end() throws IOException {
        if (isEnded) {
            return;
        }
        isEnded = true;
        if (isCommitted) {
            output.send();
            bridge.end();
        } else {
            isCommitted = true;
            bridge.end(head, Arrays.copyOf(output.buffer, output.count));
        }
    }

    /** Whether {@link #end} was called. */
    public boolean isEnded() {
        return isEnded;
    }

    @Override
    public String toString() {
        String state = isEnded ? "ended" : isCommitted ? "head sent" : "head open";
        return "BlockingResponse[" + state + "]";
    }

    /** Gathers small writes. */
    private final class Output extends OutputStream {
        private byte[] buffer = {};
        private int count;

        @Override
        public void write(int octet) throws IOException {
            write(new byte[] {(byte) octet}, 0, 1);
        }

        @Override
        public void write(byte[] from, int offset, int length) throws IOException {
            Objects.checkFromIndexSize(offset, length, from.length);
            if (isEnded) {
                throw new IOException("write after end (ERR_STREAM_WRITE_AFTER_END)");
            }
            if (length > BUFFER_BYTES - count) {
                send();
            }
            if (length > BUFFER_BYTES) {
                bridge.write(from, offset, length);
                return;
            }
            if (count + length > buffer.length) {
                int grown = Math.min(BUFFER_BYTES, 2 * (count + length));
                buffer = Arrays.copyOf(buffer, grown);
            }
            System.arraycopy(from, offset, buffer, count, length);
            count += length;
        }

        /** What was gathered, behind the head. */
        private void send() throws IOException {
            if (!isCommitted) {
                isCommitted = true;
                bridge.begin(head);
            }
            int length = count;
            count = 0;
            if (length > 0) {
                bridge.write(buffer, 0, length);
            }
        }

        @Override
        public void flush() throws IOException {
            if (!isEnded) {
                send();
                bridge.check();
            }
        }

        @Override
        public void close() throws IOException {
            end();
        }
    }
}
