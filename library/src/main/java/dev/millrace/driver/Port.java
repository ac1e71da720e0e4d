package dev.millrace.driver;

import dev.millrace.kernel.BufferSource;
import org.jspecify.annotations.Nullable;

/** A kernel's end of one descriptor; a driver extends it with what it needs to know. */
public abstract class Port implements Guarded {
    private PortEvents events = PortEvents.NONE;
    private PortEvents owner = PortEvents.NONE;
    private @Nullable BufferSource bufferSource;

    /** For drivers. */
    protected Port() {}

    /** Whom events are reported to. */
    public final PortEvents events() {
        return events;
    }

    /** Sets whom events are reported to; {@link PortEvents#NONE}: no receiver any more. */
    public final void attach(PortEvents receiver) {
        events = receiver;
        if (receiver != PortEvents.NONE) {
            owner = receiver;
        }
    }

    /** Where the buffers to receive into come from; null: the driver's one receive array. */
    public final @Nullable BufferSource bufferSource() {
        return bufferSource;
    }

    /** Sets where the buffers to receive into come from (rows E2, E3). */
    public final void bufferSource(@Nullable BufferSource source) {
        bufferSource = source;
    }

    /** A callback may have closed the port before it threw, and must not fail in silence. */
    @Override
    public final void failed(Throwable thrown) {
        owner.failed(thrown);
    }
}
