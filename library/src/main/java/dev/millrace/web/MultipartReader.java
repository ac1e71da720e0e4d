package dev.millrace.web;

import dev.millrace.http.ServerRequest;
import dev.millrace.http.ServerRequest.RefusedException;
import dev.millrace.loop.Loop;
import dev.millrace.loop.LoopStage;
import dev.millrace.stream.BytesListener;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * One form that is read: its parts, one after the other.
 *
 * <pre>
 *   between parts ──head──▶ reading ──its end──▶ waiting for its stage ──▶ between parts
 *                             │                                              ▲
 *                             └──its stage is done: the rest is skipped──────┘
 * </pre>
 *
 * While a part is paused, or waited for, the request is paused.
 *
 * @param <T> what is made of a part
 */
final class MultipartReader<T> implements BytesListener, MultipartParser.Events {
    private final ServerRequest request;
    private final Multipart.Limits limits;
    private final MultipartParser parser;
    private final Function<? super FormPart, ? extends CompletionStage<? extends T>> use;
    private final LoopStage<List<T>> whole;
    private final List<T> results = new ArrayList<>();

    /** The one that is read, or waited for. */
    private @Nullable FormPart part;

    /** All of it has arrived. */
    private boolean hasArrived;

    /** What was made of it is there. */
    private boolean isDone;

    private long bytesOfPart;
    private long bytesOfForm;
    private int parts;
    private boolean isParsing;
    private boolean isHeld;
    private boolean isOver;

    MultipartReader(
            ServerRequest request,
            String boundary,
            Multipart.Limits limits,
            Function<? super FormPart, ? extends CompletionStage<? extends T>> use) {
        this.request = request;
        this.limits = limits;
        this.use = use;
        this.parser = new MultipartParser(boundary, limits.maxHeadBytes());
        this.whole = new LoopStage<>(request.loop());
    }

    CompletionStage<List<T>> read() {
        if (request.contentLength() > limits.maxBytes()) {
            fail(tooLong());
        } else {
            request.onError(this::fail).onEnd(this::ended).onClose(this::requestClosed);
            request.onBytes(this);
        }
        return whole;
    }

    Loop loop() {
        return request.loop();
    }

    @Override
    public int onBytes(byte[] array, int offset, int length) {
        if (isOver) {
            return length;
        }
        isParsing = true;
        int at = offset + length;
        try {
            at = parser.parse(array, offset, offset + length, this);
        } catch (RuntimeException ofListener) {
            fail(ofListener);
        } finally {
            isParsing = false;
        }
        bytesOfForm += at - offset;
        if (bytesOfForm > limits.maxBytes()) {
            fail(tooLong());
        } else if (parser.error() != null) {
            int status = parser.isHeadTooLong() ? 431 : 400;
            fail(new RefusedException(status, "the form can't be read: " + parser.error()));
        }
        if (isOver) {
            return length;
        }
        if (isHeld) {
            request.pause();
        }
        return at - offset;
    }

    private RefusedException tooLong() {
        return new RefusedException(413, "the form is longer than " + limits.maxBytes() + " bytes");
    }

    @Override
    public void onHead(byte[] head) {
        if (isOver) {
            return;
        }
        if (++parts > limits.maxParts()) {
            fail(
                    new RefusedException(
                            413, "the form has more than " + limits.maxParts() + " parts"));
            return;
        }
        bytesOfPart = 0;
        hasArrived = false;
        isDone = false;
        CompletionStage<? extends T> used;
        FormPart begun;
        try {
            begun = new FormPart(this, PartHead.of(head));
            part = begun;
            used = use.apply(begun);
        } catch (IOException | RuntimeException thrown) {
            fail(thrown);
            return;
        }
        if (used instanceof LoopStage<? extends T> ofLoop) {
            ofLoop.handle((value, failure) -> done(begun, value, failure));
        } else {
            used.handleAsync((value, failure) -> done(begun, value, failure), loop());
        }
    }

    /** What was made of the part is there, perhaps before all of it was read. */
    private boolean done(FormPart of, T value, @Nullable Throwable failure) {
        if (isOver) {
            return false;
        }
        if (failure != null) {
            fail(failure);
            return false;
        }
        results.add(value);
        isDone = true;
        of.over(null);
        if (hasArrived) {
            part = null;
        }
        flow();
        return true;
    }

    @Override
    public void onData(byte[] array, int offset, int length) {
        FormPart current = part;
        if (isOver || current == null) {
            return;
        }
        bytesOfPart += length;
        if (bytesOfPart > limits.maxPartBytes()) {
            fail(current.tooLong(limits.maxPartBytes()));
        } else {
            current.deliver(array, offset, length);
        }
    }

    @Override
    public void onPartEnd() {
        FormPart current = part;
        if (isOver || current == null) {
            return;
        }
        hasArrived = true;
        if (isDone) {
            part = null;
            return;
        }
        // The next part comes when this one is done with.
        isHeld = true;
        parser.stop();
        current.end();
    }

    private void ended() {
        if (isOver) {
            return;
        }
        if (parser.isComplete()) {
            isOver = true;
            whole.complete(Collections.unmodifiableList(results));
        } else {
            fail(new RefusedException(400, "the form can't be read: it breaks off"));
        }
    }

    /** {@code of} takes nothing more for now. */
    void hold(FormPart of) {
        if (of == part && !isOver) {
            isHeld = true;
            parser.stop();
            if (!isParsing) {
                request.pause();
            }
        }
    }

    /** {@code of} takes more, or what is left of it can be skipped. */
    void release(FormPart of) {
        if (of == part && !hasArrived && !isOver) {
            flow();
        }
    }

    private void flow() {
        boolean wasHeld = isHeld;
        isHeld = false;
        if (wasHeld && !isParsing) {
            request.resume();
        }
    }

    /** What fails in it is the form's failure. */
    void soon(Runnable task) {
        loop().nextTick(() -> loop().enter(this, _ -> task.run(), MultipartReader::fail));
    }

    /** The whole has failed; what still comes is thrown away. */
    void fail(Throwable thrown) {
        if (!isOver) {
            over(thrown instanceof IOException error ? error : new IOException(thrown));
            whole.completeExceptionally(thrown);
        }
    }

    private void over(IOException why) {
        isOver = true;
        FormPart current = part;
        part = null;
        if (current != null) {
            current.over(why);
        }
        parser.stop();
        flow();
    }

    /** The response was given before all of the form was read, and that was all of it. */
    private void requestClosed() {
        if (!isOver) {
            over(new IOException("the request was over before its form was read"));
            whole.cancel(false);
        }
    }
}
