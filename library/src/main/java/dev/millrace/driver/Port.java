package dev.millrace.driver;

import org.jspecify.annotations.Nullable;

/** A kernel's end of one descriptor; a driver extends it with what it needs to know. */
public abstract class Port implements Guarded {
    private PortEvents events = PortEvents.NONE;
    private @Nullable BufferSource bufferSource;

    /** For drivers. */
    protected Port() {}

    /** Whom events are reported to. */
    public final PortEvents events() {
        return events;
    }

    /** Sets whom events are reported to. */
    public final void attach(PortEvents receiver) {
        events = receiver;
    }

    /** Where the buffers to receive into come from; null: the driver's one receive array. */
    public final @Nullable BufferSource bufferSource() {
        return bufferSource;
    }

    /** Sets where the buffers to receive into come from (rows E2, E3). */
    public final void bufferSource(@Nullable BufferSource source) {
        bufferSource = source;
    }

    @Override
    public final void failed(Throwable thrown) {
        events.failed(thrown);
    }
}
