package dev.millrace.loop;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** Owns an accepted stream that was not taken: it ends with the first thing that happens to it. */
record StreamWithoutOwner(StreamHandle stream) implements StreamEvents {
    @Override
    public void onRead(byte[] array, int offset, int length) {
        stream.close();
    }

    @Override
    public void onEnd() {
        stream.close();
    }

    @Override
    public void onError(IOException error) {
        stream.close();
    }

    @Override
    public void onPeerClosed(@Nullable IOException reset) {
        stream.close();
    }

    @Override
    public void onThrown(Throwable thrown) {
        stream.close();
    }
}
