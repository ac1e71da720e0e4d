package dev.millrace.loop;

import dev.millrace.driver.Guarded;
import java.io.IOException;

/** Tells a stream's owner that writing failed. */
record WriteFailure(StreamHandle stream, IOException error) implements Guarded {
    @Override
    public void call() {
        stream.events().onError(error);
    }

    @Override
    public void failed(Throwable thrown) {
        stream.thrown(thrown);
    }
}
