package dev.millrace.http;

import dev.millrace.net.ConnectionMoves;
import java.util.EnumMap;
import java.util.Map;
import java.util.TreeMap;

/**
 * What an {@link HttpServer} has counted so far; a copy, for any thread. What is not about HTTP,
 * connections above all, is counted by {@link HttpServer#net}.
 *
 * {@snippet class="dev.millrace.http.HttpObservationExamplesTest" region="statistics"}
 *
 * @param requests requests that were given to a handler
 * @param upgrades connections that were given to a listener of {@link HttpServer#onUpgrade} or
 *     {@link HttpServer#onConnect}
 * @param handlerErrors what handlers and their listeners threw, and what they wrote too late
 * @param refusals what was refused without a handler, or in its place, by status and code, as in
 *     {@code 431 HPE_HEADER_OVERFLOW}; causes that did not occur are not there
 * @param timeouts what took too long; kinds that did not occur are not there. Those that a client
 *     is told by 408 are refusals as well
 * @param moves connections that went to a successor, that came, and that stayed
 */
public record HttpServerStatistics(
        long requests,
        long upgrades,
        long handlerErrors,
        Map<String, Long> refusals,
        Map<Timeout, Long> timeouts,
        ConnectionMoves.Counts moves) {
    /** What took too long, and which of the {@link HttpTimeouts} says so. */
    public enum Timeout {
        /** {@link HttpTimeouts#header}. */
        HEADER,
        /** {@link HttpTimeouts#request}. */
        REQUEST,
        /** {@link HttpTimeouts#bodyRate}. */
        BODY_RATE,
        /** {@link HttpTimeouts#keepAlive}. */
        KEEP_ALIVE,
        /** {@link HttpTimeouts#handler}. */
        HANDLER,
        /** {@link HttpTimeouts#write}. */
        WRITE,
        /** {@link HttpTimeouts#sendRate}. */
        SEND_RATE
    }

    /** Copies the maps. */
    public HttpServerStatistics {
        refusals = Map.copyOf(refusals);
        timeouts = Map.copyOf(timeouts);
    }

    /** The counts of one server, while it counts. */
    static final class Counts {
        /** There are only as many causes as the server knows: the peer can't make more. */
        private final Map<String, Long> refusals = new TreeMap<>();

        private final Map<Timeout, Long> timeouts = new EnumMap<>(Timeout.class);

        void refused(int status, String code) {
            refusals.merge(status + " " + code, 1L, Long::sum);
        }

        void timedOut(Timeout kind) {
            timeouts.merge(kind, 1L, Long::sum);
        }

        HttpServerStatistics of(HandlerCalls calls, ConnectionMoves.Counts moves) {
            return new HttpServerStatistics(
                    calls.count(), calls.upgraded, calls.failures(), refusals, timeouts, moves);
        }
    }
}
