package dev.millrace.testing;

import dev.millrace.loop.StreamEvents;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** Owns a stream and writes down what it reports. */
public final class RecordedEvents implements StreamEvents {
    private final Journal journal;

    /** Writes into {@code journal}. */
    public RecordedEvents(Journal journal) {
        this.journal = journal;
    }

    @Override
    public void onRead(byte[] array, int offset, int length) {
        journal.add("read " + new String(array, offset, length, StandardCharsets.UTF_8));
    }

    @Override
    public void onEnd() {
        journal.add("end");
    }

    @Override
    public void onError(IOException error) {
        journal.add("error " + error.getMessage());
    }

    @Override
    public void onPeerClosed(@Nullable IOException reset) {
        journal.add("peer closed " + (reset == null ? "FIN" : reset.getMessage()));
    }

    @Override
    public void onDrained() {
        journal.add("drained");
    }

    @Override
    public void onThrown(Throwable thrown) {
        journal.add("thrown " + thrown.getMessage());
    }
}
