package dev.millrace.loop;

import dev.millrace.kernel.Address;
import java.io.IOException;

/**
 * Where a loop's listeners get their sockets from. The default opens one; a {@link LoopGroup}
 * shares one among its loops; a cluster's worker asks its primary.
 */
@FunctionalInterface
public interface ListenSource {
    /** Opens a socket for the asking loop alone. */
    ListenSource OWN =
            (handle, address) -> {
                handle.bind(address);
                handle.open();
            };

    /**
     * Makes {@code handle} listen at {@code address}, without accepting yet. On the loop's thread.
     *
     * @throws IOException if it can't
     */
    void open(ListenHandle handle, Address address) throws IOException;
}
