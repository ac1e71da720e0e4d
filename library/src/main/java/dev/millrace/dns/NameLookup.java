package dev.millrace.dns;

import dev.millrace.kernel.Address;
import dev.millrace.kernel.IpAddress;
import dev.millrace.kernel.SystemError;
import dev.millrace.loop.Loop;
import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;

/**
 * Names to addresses, with the JDK's resolver, which blocks: so it runs off the loop (row A14). IP
 * literals need no look-up.
 */
public final class NameLookup {
    private NameLookup() {}

    /**
     * Tells {@code found} the addresses, or {@code failed} why there are none; never from inside
     * this call.
     */
    public static void addresses(
            Loop loop,
            String host,
            int port,
            Consumer<? super List<Address>> found,
            Consumer<? super IOException> failed) {
        // Checked before anything starts: a wrong port is the caller's mistake, not the network's.
        IpAddress.loopback(port);
        List<Address> literal = literal(host, port);
        if (!literal.isEmpty()) {
            loop.nextTick(() -> found.accept(literal));
            return;
        }
        loop.offload(() -> lookUp(host, port))
                .whenComplete((addresses, thrown) ->
                        // As a tick, so that what the receiver throws is not lost in a stage.
                        loop.nextTick(() -> {
                            if (thrown == null) {
                                found.accept(addresses);
                            } else {
                                failed.accept(SystemError.ofName(thrown, host));
                            }
                        }));
    }

    private static List<Address> lookUp(String host, int port) throws UnknownHostException {
        return Arrays.stream(InetAddress.getAllByName(host))
                .<Address>map(a -> new IpAddress(a, port))
                .toList();
    }

    /** The address that {@code host} is, or none when it is a name. */
    public static List<Address> literal(String host, int port) {
        try {
            return List.of(IpAddress.of(host, port));
        } catch (IllegalArgumentException notALiteral) {
            return List.of();
        }
    }
}
