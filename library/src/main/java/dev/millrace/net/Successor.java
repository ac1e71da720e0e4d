package dev.millrace.net;

import java.io.IOException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Takes over the connections of a {@link NetServer} that leaves: another process, behind a {@code
 * MessageChannel}, or another server. {@link ConnectionMoves#to} names it.
 *
 * <ul>
 *   <li>It is called on the server's loop, never from inside a listener of the connection.
 *   <li>The connection is paused and without listeners, everything that was written has left, and
 *       what was received and not taken is still in it.
 *   <li>The outcome is told once, now or later. Until then the connection is left alone here.
 *   <li>The outcome null says that the successor has it: in this process it is closed, or another
 *       server's. An error says why not, and the connection is as it was.
 * </ul>
 *
 * {@snippet class="dev.millrace.net.ConnectionMovesExamplesTest" region="successor"}
 */
@FunctionalInterface
public interface Successor {
    /**
     * Takes {@code connection}, or not.
     *
     * @param outcome gets null or the error, once, on the loop's thread; a second call is an {@link
     *     IllegalStateException}
     */
    void take(NetSocket connection, Consumer<? super @Nullable IOException> outcome);
}
