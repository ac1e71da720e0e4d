package dev.millrace.net;

import dev.millrace.loop.AcceptReport;
import java.io.IOException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The listeners of a {@link NetServer}. */
final class ServerListeners {
    /** Null until there is one; connections wait in the kernel as long. */
    @Nullable Consumer<? super NetSocket> connection;

    @Nullable Runnable listening;
    @Nullable Consumer<? super IOException> error;
    @Nullable Consumer<? super ConnectionDrop> drop;
    @Nullable Consumer<? super AcceptReport> acceptError;
    @Nullable Runnable closing;
    @Nullable Runnable close;
}
