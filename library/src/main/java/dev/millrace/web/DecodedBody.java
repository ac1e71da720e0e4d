package dev.millrace.web;

import dev.millrace.http.ClientResponse;
import dev.millrace.http.ServerRequest;
import dev.millrace.http.ServerResponse;
import dev.millrace.loop.Loop;
import dev.millrace.loop.LoopStage;
import dev.millrace.stream.InboundStream;
import dev.millrace.stream.Listeners;
import dev.millrace.stream.ReadSide;
import dev.millrace.web.content.ContentCodings;
import dev.millrace.web.content.Inflating;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A body with its content codings taken away: gzip and deflate (RFC 9110 section 8.4), within
 * {@link DecodingLimits}.
 *
 * {@snippet class="dev.millrace.web.DecodedBodyTest" region="stream"}
 *
 * <p>It is as strict as it can be: a body that is cut off, has anything behind its end, or fails
 * its checksum is an error, told behind the bytes before it, wherever the network has cut it. A
 * body without a coding has the same limit of bytes. An empty one is empty, whatever it says it is.
 *
 * <pre>
 *   source ──▶ inflate ──▶ reader        a reader that pauses pauses the source
 *                 └─ 256 KiB at a time, others in between
 * </pre>
 *
 * Its error is a {@link DecodingException}, or that of the source. Loop thread only.
 */
public final class DecodedBody extends InboundStream<DecodedBody> {
    private static final byte[] NONE = {};
    private static final int OUT_BYTES = 16 * 1024;

    /** The ratio is looked at whenever so much more has come out, so that no cut matters. */
    private static final int RATIO_BYTES = 64 * 1024;

    /** Some milliseconds of work. */
    private static final int STEP_BYTES = 256 * 1024;

    private final Loop loop;
    private final InboundStream<?> source;
    private final ReadSide read = new ReadSide(new Decoded());
    private final @Nullable ServerResponse response;
    private final @Nullable Inflating inflating;
    private final long maxBytes;
    private final int maxRatio;
    private final byte[] out;
    private long given;
    private boolean isReading;

    /** The source is paused, and there may be more to come without it. */
    private boolean isStalled;

    private boolean isScheduled;
    private boolean isOver;
    private @Nullable Consumer<? super IOException> errorListener;
    private @Nullable Runnable closeListener;

    private DecodedBody(
            Loop loop,
            InboundStream<?> source,
            @Nullable ServerResponse response,
            @Nullable Inflating inflating,
            long maxBytes,
            int maxRatio) {
        this.loop = loop;
        this.source = source;
        this.response = response;
        this.inflating = inflating;
        this.maxBytes = maxBytes;
        this.maxRatio = maxRatio;
        this.out = inflating == null ? NONE : new byte[OUT_BYTES];
    }

    /**
     * The body of {@code request}. Without a listener for errors, a body that can't be decoded is
     * responded to with 400, 413 or 415.
     *
     * {@snippet class="dev.millrace.web.DecodedBodyTest" region="limits"}
     */
    public static DecodedBody of(
            ServerRequest request, ServerResponse response, DecodingLimits limits) {
        Loop loop = request.socket().loop();
        return of(loop, request, request.headers().all("Content-Encoding"), limits, response);
    }

    /** The body of {@code response}, which is destroyed with this. */
    public static DecodedBody of(Loop loop, ClientResponse response, DecodingLimits limits) {
        return of(loop, response, response.headers().all("Content-Encoding"), limits, null);
    }

    private static DecodedBody of(
            Loop loop,
            InboundStream<?> source,
            List<String> fields,
            DecodingLimits limits,
            @Nullable ServerResponse response) {
        loop.checkThread();
        ContentCodings codings = ContentCodings.of(fields);
        String problem = codings.problem(limits.maxCodings());
        if (!problem.isEmpty()) {
            DecodedBody refused = new DecodedBody(loop, source, response, null, 0, 1);
            return refused.begin(new DecodingException(415, problem));
        }
        List<Inflating> all = codings.inflating();
        if (all.isEmpty()) {
            return new DecodedBody(loop, source, response, null, limits.maxBytes(), 1).begin(null);
        }
        // Together no more than the limit.
        int ratio = (int) Math.max(1, Math.pow(limits.maxRatio(), 1.0 / all.size()));
        InboundStream<?> inner = source;
        for (Inflating inflating : all) {
            inner =
                    new DecodedBody(loop, inner, response, inflating, limits.maxBytes(), ratio)
                            .begin(null);
        }
        return (DecodedBody) inner;
    }

    private DecodedBody begin(@Nullable DecodingException refusal) {
        source.onError(this::fail);
        if (refusal != null) {
            loop.nextTick(() -> fail(refusal));
            return this;
        }
        source.onEnd(this::sourceEnded);
        source.onClose(this::sourceClosed);
        read.start();
        source.onBytes(this::received);
        return this;
    }

    /** All of it, in one piece, unless it fails. */
    public LoopStage<byte[]> bytes() {
        loop.checkThread();
        // The peer is told, or is gone.
        LoopStage<byte[]> stage = new LoopStage<>(loop, thrown -> response != null);
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        onBytes((array, offset, length) -> {
            all.write(array, offset, length);
            return length;
        });
        Consumer<? super IOException> refuse = errorListener == null ? this::refuse : error -> {};
        onError(error -> {
            stage.completeExceptionally(error);
            refuse.accept(error);
        });
        onEnd(() -> stage.complete(all.toByteArray()));
        return stage;
    }

    private int received(byte[] array, int offset, int length) {
        if (isOver) {
            return length;
        }
        int taken = isReading ? pump(array, offset, length) : 0;
        if (!isOver && (taken < length || isStalled || !isReading)) {
            stall();
            return taken;
        }
        return length;
    }

    private void stall() {
        isStalled = true;
        source.pause();
        goOnLater();
    }

    private void goOnLater() {
        if (isReading && isStalled && !isScheduled && !isOver) {
            isScheduled = true;
            loop.setImmediate(() -> loop.enter(this, DecodedBody::goOn, DecodedBody::thrown));
        }
    }

    private void goOn() {
        isScheduled = false;
        if (isOver || !isReading) {
            return;
        }
        isStalled = false;
        pump(NONE, 0, 0);
        if (isStalled || !isReading) {
            isStalled = true;
            goOnLater();
        } else if (!isOver) {
            source.resume();
        }
    }

    /** How many bytes were taken; stalled if more may come out without any more. */
    private int pump(byte[] in, int offset, int length) {
        if (inflating == null) {
            deliver(in, offset, length);
            return length;
        }
        int at = offset;
        int left = STEP_BYTES;
        while (!isOver && isReading) {
            if (left <= 0) {
                isStalled = true;
                break;
            }
            int toLook = RATIO_BYTES - (int) (given % RATIO_BYTES);
            int room = (int) Math.min(Math.min(out.length, toLook), maxBytes - given + 1);
            Inflating.Outcome outcome = inflating.inflate(in, at, offset + length, out, room);
            at += outcome.taken();
            left -= outcome.given();
            deliver(out, 0, outcome.given());
            String failure = inflating.failure();
            if (!isOver && failure != null) {
                fail(new DecodingException(400, "the body can't be decoded: " + failure));
            }
            if (outcome.given() == 0) {
                break;
            }
        }
        return isOver ? length : at - offset;
    }

    private void deliver(byte[] array, int offset, int length) {
        boolean isTooMuch = length > maxBytes - given;
        int allowed = isTooMuch ? (int) (maxBytes - given) : length;
        given += allowed;
        read.deliver(array, offset, allowed);
        if (isOver) {
            return;
        }
        if (isTooMuch) {
            fail(new DecodingException(413, "the body is longer than " + maxBytes + " bytes"));
        } else if (inflating != null
                && length > 0
                && given % RATIO_BYTES == 0
                && given / maxRatio > inflating.received()) {
            String why = "the body becomes more than " + maxRatio + " times as long";
            fail(new DecodingException(413, why + " when it is decoded"));
        }
    }

    private void sourceEnded() {
        if (isOver) {
            return;
        }
        if (inflating != null && inflating.received() > 0 && !inflating.isWhole()) {
            fail(new DecodingException(400, "the body can't be decoded: it is cut off"));
        } else {
            read.end();
        }
    }

    private void sourceClosed() {
        if (!isOver && !read.isEndComing()) {
            fail(new IOException("the body was destroyed before it was complete"));
        }
    }

    private void fail(IOException error) {
        if (isOver) {
            return;
        }
        over();
        boolean isMine = error instanceof DecodingException;
        if (isMine && response != null) {
            // The rest is thrown away, so that the response is read.
            source.onBytes((array, offset, length) -> length);
            source.resume();
        } else if (isMine) {
            source.destroy();
        }
        Consumer<? super IOException> listener = errorListener;
        try {
            if (listener == null) {
                refuse(error);
            } else {
                listener.accept(error);
            }
        } finally {
            tellClose();
        }
    }

    /** What is told to no listener: the peer hears of it. */
    private void refuse(IOException error) {
        if (response != null && error instanceof DecodingException mine) {
            mine.respond(response);
        }
    }

    private void over() {
        isOver = true;
        read.destroy();
        if (inflating != null) {
            inflating.close();
        }
    }

    private void tellClose() {
        Objects.requireNonNullElse(closeListener, () -> {}).run();
    }

    private void thrown(Throwable thrown) {
        destroy();
        loop.uncaught(thrown);
    }

    /** Destroys what it decodes as well. */
    @Override
    public void destroy() {
        loop.checkThread();
        if (!isOver) {
            over();
            source.destroy();
            loop.nextTick(this::tellClose);
        }
    }

    @Override
    public DecodedBody onError(Consumer<? super IOException> listener) {
        loop.checkThread();
        errorListener = Listeners.and(errorListener, listener);
        return this;
    }

    @Override
    public DecodedBody onClose(Runnable listener) {
        loop.checkThread();
        closeListener = Listeners.and(closeListener, listener);
        return this;
    }

    @Override
    protected ReadSide readSide() {
        loop.checkThread();
        return read;
    }

    @Override
    protected DecodedBody self() {
        return this;
    }

    /** {@code DecodedBody[512 bytes, open]}. */
    @Override
    public String toString() {
        return "DecodedBody[" + given + " bytes, " + (isOver ? "closed" : "open") + "]";
    }

    /** What the read side asks of the decoding. */
    private final class Decoded implements ReadSide.Source {
        @Override
        public void startReading() {
            isReading = true;
            goOnLater();
        }

        @Override
        public void stopReading() {
            isReading = false;
        }

        @Override
        public void soon(Runnable task) {
            loop.nextTick(
                    () -> loop.enter(DecodedBody.this, body -> task.run(), DecodedBody::thrown));
        }

        @Override
        public void endTold() {
            if (!isOver) {
                over();
                tellClose();
            }
        }

        @Override
        public void fail(IOException error) {
            DecodedBody.this.fail(error);
        }
    }
}
