package dev.millrace.http;

import dev.millrace.loop.Loop;
import dev.millrace.loop.LoopStage;
import dev.millrace.stream.BytesListener;
import dev.millrace.stream.InboundStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Puts a message's body together, up to a limit. */
final class BodyCollector implements BytesListener {
    private final LoopStage<byte[]> stage;

    /** What it fails with when it is closed before its end; cancelled if null. */
    private final @Nullable String whenClosed;

    private final int maxBytes;
    private final Consumer<BodyCollector> whenTooLong;
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    private boolean isTooLong;

    private BodyCollector(
            Loop loop,
            @Nullable String whenClosed,
            int maxBytes,
            Consumer<BodyCollector> whenTooLong) {
        if (maxBytes < 0) {
            throw new IllegalArgumentException("a limit of " + maxBytes + " bytes");
        }
        this.stage = new LoopStage<>(loop);
        this.whenClosed = whenClosed;
        this.maxBytes = maxBytes;
        this.whenTooLong = whenTooLong;
    }

    static LoopStage<byte[]> of(ClientResponse response, Loop loop, int maxBytes) {
        return new BodyCollector(
                        loop,
                        "the response was destroyed before its body was complete",
                        maxBytes,
                        collector -> {
                            collector.fail(new IOException(collector.tooLong()));
                            response.destroy();
                        })
                .collect(response);
    }

    static LoopStage<byte[]> of(ServerRequest request, int maxBytes) {
        BodyCollector collector =
                new BodyCollector(request.loop(), null, maxBytes, of -> of.refuse(request));
        if (request.contentLength() > maxBytes) {
            // Before a reader is there, so that no 100 asks for it.
            collector.whenTooLong.accept(collector);
        } else {
            collector.collect(request);
        }
        return collector.stage;
    }

    private LoopStage<byte[]> collect(InboundStream<?> body) {
        body.onBytes(this).onEnd(this::ended).onError(stage::completeExceptionally);
        body.onClose(this::closed);
        return stage;
    }

    @Override
    public int onBytes(byte[] array, int offset, int length) {
        if (isTooLong) {
            return length;
        }
        if (length > maxBytes - bytes.size()) {
            isTooLong = true;
            bytes.reset();
            whenTooLong.accept(this);
        } else {
            bytes.write(array, offset, length);
        }
        return length;
    }

    private void refuse(ServerRequest request) {
        var refused = new ServerRequest.RefusedException(413, tooLong());
        @Nullable ServerResponse response = request.connection().responses().to(request);
        stage.completeExceptionally(refused);
        // After what stands behind the stage, which may have another response.
        request.loop()
                .queueMicrotask(() ->
                        request.body()
                                .soon(() -> {
                                    if (response != null && !response.isHeadSent) {
                                        response.refuse(
                                                refused.status(), refused.getMessage(), true);
                                    }
                                }));
    }

    private String tooLong() {
        return "the body is longer than " + maxBytes + " bytes";
    }

    private void fail(IOException error) {
        stage.completeExceptionally(error);
    }

    private void ended() {
        if (!isTooLong) {
            stage.complete(bytes.toByteArray());
        }
    }

    /** The response to a request may be given before the body was read: that is no failure. */
    private void closed() {
        if (whenClosed == null) {
            stage.cancel(false);
        } else {
            fail(new IOException(whenClosed));
        }
    }
}
