package dev.millrace.cluster;

import dev.millrace.ipc.ChildExit;
import dev.millrace.kernel.Address;
import dev.millrace.net.ConnectionDrop;
import java.io.IOException;
import java.util.Optional;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/** Who hears what of a {@link Primary}. */
final class PrimaryListeners {
    @Nullable BiConsumer<? super WorkerProcess, ? super String> message;
    @Nullable Consumer<? super WorkerProcess> online;
    @Nullable BiConsumer<? super WorkerProcess, ? super Address> listening;
    @Nullable BiConsumer<? super WorkerProcess, ? super Optional<ChildExit>> exit;
    @Nullable Consumer<? super ConnectionDrop> drop;
    @Nullable Consumer<? super IOException> error;
    @Nullable LongConsumer replaced;

    static <T> void tell(@Nullable Consumer<? super T> listener, T what) {
        if (listener != null) {
            listener.accept(what);
        }
    }

    static <T, U> void tell(@Nullable BiConsumer<? super T, ? super U> listener, T one, U other) {
        if (listener != null) {
            listener.accept(one, other);
        }
    }
}
