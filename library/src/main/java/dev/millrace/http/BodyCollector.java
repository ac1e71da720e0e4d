package dev.millrace.http;

import dev.millrace.loop.Loop;
import dev.millrace.loop.LoopStage;
import dev.millrace.stream.BytesListener;
import java.io.ByteArrayOutputStream;
import java.io.IOException;

/** Puts a response's body together, up to a limit. */
final class BodyCollector implements BytesListener {
    private final ClientResponse response;
    private final LoopStage<byte[]> stage;
    private final int maxBytes;
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

    private BodyCollector(ClientResponse response, Loop loop, int maxBytes) {
        this.response = response;
        this.stage = new LoopStage<>(loop);
        this.maxBytes = maxBytes;
    }

    static LoopStage<byte[]> collect(ClientResponse response, Loop loop, int maxBytes) {
        if (maxBytes < 0) {
            throw new IllegalArgumentException("a limit of " + maxBytes + " bytes");
        }
        BodyCollector collector = new BodyCollector(response, loop, maxBytes);
        response.onBytes(collector)
                .onEnd(() -> collector.stage.complete(collector.bytes.toByteArray()))
                .onError(collector.stage::completeExceptionally)
                .onClose(collector::closed);
        return collector.stage;
    }

    @Override
    public int onBytes(byte[] array, int offset, int length) {
        if (length > maxBytes - bytes.size()) {
            stage.completeExceptionally(
                    new IOException("the body is longer than " + maxBytes + " bytes"));
            response.destroy();
        } else {
            bytes.write(array, offset, length);
        }
        return length;
    }

    private void closed() {
        stage.completeExceptionally(
                new IOException("the response was destroyed before its body was complete"));
    }
}
