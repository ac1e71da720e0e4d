package dev.millrace.http;

import dev.millrace.http.wire.RequestParser;
import dev.millrace.http.wire.WireLimits;
import java.util.ArrayDeque;

/**
 * Parsers of one server that no connection needs right now (row J6): a connection has one from the
 * first byte of a request to its end, an idle one has none.
 */
final class ParserPool {
    static final int IDLE_MAX = 1000;

    private final WireLimits limits;
    private final ArrayDeque<RequestParser> idle = new ArrayDeque<>();

    ParserPool(HttpLimits limits) {
        this.limits = limits.wire();
    }

    RequestParser take() {
        RequestParser parser = idle.poll();
        return parser != null ? parser : new RequestParser(limits);
    }

    /** Cleaned on the way in, so that nothing of one connection reaches another (row J7). */
    void release(RequestParser parser) {
        parser.reset();
        if (idle.size() < IDLE_MAX) {
            idle.push(parser);
        }
    }

    int idleCount() {
        return idle.size();
    }
}
