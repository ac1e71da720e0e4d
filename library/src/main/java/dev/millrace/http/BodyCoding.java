package dev.millrace.http;

import dev.millrace.stream.WriteStream;
import org.jspecify.annotations.Nullable;

/**
 * What may change the bytes of a response on their way, as a content coding does; see {@link
 * ServerResponse#coding}. Loop thread only.
 *
 * {@snippet class="dev.millrace.http.BodyCodingTest" region="coding"}
 *
 * <pre>
 *   undecided ──the head is due: Choice──▶ coding: write ─▶ Coder ─▶ Outlet ──end──▶ over
 *       └────────────────────────────────▶ not coding
 * </pre>
 */
public final class BodyCoding {
    /**
     * Decides whether the bytes of a response are changed.
     *
     * {@snippet class="dev.millrace.http.BodyCodingTest" region="coding"}
     */
    @FunctionalInterface
    public interface Choice {
        /**
         * Called once, before the head is decided: status and fields are the handler's, and may be
         * changed. A body whose length changes must not keep its Content-Length.
         *
         * @param length of the whole body, if it is there already; otherwise negative
         * @return what changes the bytes; null to leave them as they are
         */
        @Nullable Coder begin(ServerResponse response, long length, Outlet outlet);
    }

    /**
     * Changes the bytes of one response. It may hold them back as long as it likes, and counts
     * none: what it has got and not told {@link Outlet#taken} counts for the answer to {@code
     * write} and for {@code onDrain}.
     *
     * {@snippet class="dev.millrace.http.BodyCodingTest" region="coding"}
     */
    public interface Coder {
        /**
         * The handler wrote bytes.
         *
         * @param isLent whether the array is the handler's again after this call; otherwise it may
         *     be kept, and is not changed any more
         */
        void write(byte[] array, int offset, int length, boolean isLent);

        /** The handler has ended the body: {@link Outlet#end} has to follow, now or later. */
        void end();

        /** The outlet may be ready again. */
        void resume();

        /** The exchange is over, however it ended; called once, and nothing after it. */
        void close();
    }

    /**
     * Where a coder writes to.
     *
     * {@snippet class="dev.millrace.http.BodyCodingTest" region="coding"}
     */
    public interface Outlet {
        /**
         * Whether the response is the next one to leave, and little waits to be sent: work that can
         * wait is done only then. {@link Coder#resume} follows when it is not.
         */
        boolean isReady();

        /** Sends bytes, which may be reused at once. */
        void send(byte[] array, int offset, int length);

        /** So many bytes of the handler's are not held back any more. */
        void taken(int count);

        /** The body is complete. */
        void end();

        /** Runs a part of the work later, behind what else the loop has to do. */
        void later(Runnable task);
    }

    private final ResponseBody body;
    private final ServerResponse response;
    private @Nullable Choice choice;
    private @Nullable Coder coder;

    /** Bytes of the handler's that the coder has. */
    private long held;

    /** The handler has ended the body: there may be an end to be sent, and nothing else. */
    private boolean isEnding;

    private boolean isOver;

    BodyCoding(ResponseBody body, ServerResponse response, Choice choice) {
        this.body = body;
        this.response = response;
        this.choice = choice;
    }

    /** Decides, once; whether bytes go through a coder. */
    static boolean choose(@Nullable BodyCoding coding, long length) {
        if (coding == null) {
            return false;
        }
        Choice deciding = coding.choice;
        if (deciding != null) {
            coding.choice = null;
            coding.coder = deciding.begin(coding.response, length, coding.new ToBody());
        }
        return coding.coder != null;
    }

    /** False if there is no coder for the bytes. */
    static boolean write(
            @Nullable BodyCoding coding, byte[] array, int offset, int length, boolean isLent) {
        Coder coder = coding == null ? null : coding.coder;
        if (coding == null || coder == null) {
            return false;
        }
        if (length > 0) {
            coding.hold(length);
            coder.write(array, offset, length, isLent);
        }
        return true;
    }

    /** The handler has ended the body; false if there is no coder for that. */
    static boolean end(@Nullable BodyCoding coding) {
        Coder coder = coding == null ? null : coding.coder;
        if (coding == null || coder == null) {
            return false;
        }
        coding.isEnding = true;
        coder.end();
        return true;
    }

    static long held(@Nullable BodyCoding coding) {
        return coding == null ? 0 : coding.held;
    }

    /** False if nothing is held back, not even an end. */
    static boolean resume(@Nullable BodyCoding coding) {
        Coder coder = coding == null ? null : coding.coder;
        if (coding == null || coder == null || coding.held == 0 && !coding.isEnding) {
            return false;
        }
        coder.resume();
        return true;
    }

    /** What was held is lost, and what the coder still says is not heard. */
    static void close(@Nullable BodyCoding coding) {
        if (coding != null) {
            coding.close();
        }
    }

    private void close() {
        Coder closing = coder;
        isOver = true;
        choice = null;
        coder = null;
        hold(-held);
        if (closing != null) {
            closing.close();
        }
    }

    private void hold(long count) {
        held += count;
        if (count != 0) {
            response.request.connection().responses().countWaiting(count);
        }
    }

    private final class ToBody implements Outlet {
        @Override
        public boolean isReady() {
            ServerConnection connection = response.request.connection();
            return !isOver
                    && connection.responses().isFirst(response)
                    && connection.socket().queuedBytes() < WriteStream.HIGH_WATER_MARK_BYTES;
        }

        @Override
        public void send(byte[] array, int offset, int length) {
            if (!isOver && length > 0) {
                body.sendCoded(array, offset, length);
            }
        }

        @Override
        public void taken(int count) {
            if (isOver) {
                return;
            }
            hold(-count);
            if (held == 0) {
                body.drained();
            }
        }

        @Override
        public void end() {
            if (!isOver) {
                close();
                body.complete();
            }
        }

        @Override
        public void later(Runnable task) {
            response.loop()
                    .setImmediate(() -> {
                        if (!isOver) {
                            response.request.enter(task);
                        }
                    });
        }
    }
}
