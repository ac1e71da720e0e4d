package dev.millrace.http;

import dev.millrace.kernel.SystemError;
import dev.millrace.sys.Errno;
import java.io.IOException;
import java.time.Duration;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/**
 * What an {@link HttpClient} has done so far, and what it is doing now.
 *
 * {@snippet class="dev.millrace.http.HttpClientExamplesTest" region="statistics"}
 *
 * @param requests that were begun; one that is repeated or redirected counts once
 * @param connections that were opened
 * @param reuses how often a request got a connection that had served another
 * @param repeats how often a request went out once more since an idle connection died under it
 * @param redirects that were followed
 * @param timeouts how many requests failed by each limit
 * @param pools what there is now, where connections lead
 */
public record HttpClientStatistics(
        long requests,
        long connections,
        long reuses,
        long repeats,
        long redirects,
        Map<Limit, Long> timeouts,
        List<Pool> pools) {
    /** A limit of {@link HttpClientTimeouts}. */
    public enum Limit {
        /** See {@link HttpClientTimeouts#waiting}. */
        WAITING("no connection to %s became free within the waiting timeout of %s"),
        /** See {@link HttpClientTimeouts#connect}. */
        CONNECT("no connection to %s within the connect timeout of %s"),
        /** See {@link HttpClientTimeouts#response}. */
        RESPONSE("no response from %s within the response timeout of %s"),
        /** See {@link HttpClientTimeouts#body}. */
        BODY("no part of the body to or from %s within the body timeout of %s"),
        /** See {@link HttpClientTimeouts#minBytesPerSecond}. */
        RATE("fewer bytes to or from %s than minBytesPerSecond asks for, in %s"),
        /** See {@link HttpClientTimeouts#total}. */
        TOTAL("the response from %s was not complete within the total timeout of %s");

        private final String text;

        Limit(String text) {
            this.text = text;
        }

        /** What a request fails with that {@code route} kept for too long. */
        IOException error(ClientRoute route, Duration length) {
            String seconds = length.toMillis() / 1000.0 + " s";
            return new IOException(
                    String.format(text, route, seconds) + " (ETIMEDOUT)",
                    SystemError.of(Errno.ETIMEDOUT, this == CONNECT ? "connect" : "read"));
        }
    }

    /**
     * Connections that lead to one place.
     *
     * @param name {@code host:port}, and the proxy if there is one
     * @param sockets that are open or being made
     * @param free those among them that are idle
     * @param waiting requests that wait for one
     */
    public record Pool(String name, int sockets, int free, int waiting) {}

    /** Copies what may change. */
    public HttpClientStatistics {
        timeouts = Map.copyOf(timeouts);
        pools = List.copyOf(pools);
    }

    /** What a client counts. */
    static final class Counts {
        long requests;
        long connections;
        long reuses;
        long repeats;
        long redirects;
        private final Map<Limit, Long> timeouts = new EnumMap<>(Limit.class);

        void late(Limit limit) {
            timeouts.merge(limit, 1L, Long::sum);
        }

        HttpClientStatistics with(List<Pool> pools) {
            return new HttpClientStatistics(
                    requests, connections, reuses, repeats, redirects, timeouts, pools);
        }
    }
}
