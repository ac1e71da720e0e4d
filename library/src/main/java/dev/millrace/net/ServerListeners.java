package dev.millrace.net;

import dev.millrace.loop.AcceptReport;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The listeners of a {@link NetServer} but those of its listen ({@link ServerListening}). */
final class ServerListeners {
    /** Null until there is one; connections wait in the kernel as long. */
    @Nullable Consumer<? super NetSocket> connection;

    @Nullable Consumer<? super ConnectionDrop> drop;
    @Nullable Consumer<? super AcceptReport> acceptError;
    @Nullable Runnable closing;
    @Nullable Runnable close;
}
