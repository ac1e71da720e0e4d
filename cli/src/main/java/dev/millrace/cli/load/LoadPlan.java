package dev.millrace.cli.load;

import dev.millrace.kernel.Address;
import dev.millrace.tls.TlsOptions;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;

/**
 * What a {@link LoadRun} does.
 *
 * @param target where the connections lead
 * @param request the bytes of one request, its body included
 * @param isBodiless whether that is HEAD
 * @param connections how many there are, over all threads
 * @param pipeline requests that are under way on each at once
 * @param threads loops that share the connections
 * @param warmUp how long requests go out before anything counts
 * @param duration how long they count then
 * @param requests how many are sent, the warm-up's not counted; empty for any number
 * @param rate requests a second, over all threads; empty for as many as go
 * @param timeout for a response, and for a connection
 * @param tls how TLS is spoken; empty: it is not
 */
public record LoadPlan(
        Address target,
        byte[] request,
        boolean isBodiless,
        int connections,
        int pipeline,
        int threads,
        Duration warmUp,
        Duration duration,
        OptionalLong requests,
        OptionalDouble rate,
        Duration timeout,
        Optional<TlsOptions> tls) {

    /** The part of one thread of {@code whole} things that are dealt out evenly. */
    static long share(long whole, int threads, int thread) {
        return whole / threads + (thread < whole % threads ? 1 : 0);
    }
}
