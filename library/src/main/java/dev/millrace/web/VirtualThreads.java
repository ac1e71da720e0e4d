package dev.millrace.web;

import dev.millrace.http.HttpHandler;
import dev.millrace.http.ServerRequest;
import dev.millrace.http.ServerResponse;
import dev.millrace.loop.Work;
import java.io.IOException;
import java.util.Objects;

/**
 * Serves requests in blocking code, each on a virtual thread of its own.
 *
 * {@snippet class="dev.millrace.web.VirtualThreadsExamplesTest" region="threads"}
 *
 * <p>The loop does all that concerns the connection; between it and the thread lie 64 KiB each way.
 * What the handler throws is a 500 and counts as a failure of the handler; {@link
 * ServerRequest.RefusedException} is the response that it names, and a failure of the streams
 * behind a client that has left is nothing at all. A client that leaves, or ends its side while the
 * response is due, ends the exchange: the thread is interrupted, and its streams fail.
 *
 * <p>Several loops may share one, and its limits. Any thread.
 */
public final class VirtualThreads {
    private final Options options;
    private final ThreadLimit limit;

    /**
     * How many there are, and what ends them.
     *
     * @param maxThreads requests that are served at once
     * @param maxWaiting requests that wait for a thread; beyond it the response is 503
     * @param interrupts whether a client that leaves has its thread interrupted, one that only ends
     *     its side included; otherwise the streams fail when the connection is gone, and nothing
     *     else happens
     */
    public record Options(int maxThreads, int maxWaiting, boolean interrupts) {
        /** 4,096 threads, as many requests that wait, and interrupts. */
        public static final Options DEFAULTS = new Options(4096, 4096, true);

        /**
         * @throws IllegalArgumentException if there is no thread, or less than none waits
         */
        public Options {
            if (maxThreads < 1 || maxWaiting < 0) {
                throw new IllegalArgumentException(
                        "maxThreads is "
                                + maxThreads
                                + ", maxWaiting "
                                + maxWaiting
                                + ": use 1 thread or more, and 0 that wait or more");
            }
        }

        /** These options with another number of threads. */
        public Options withMaxThreads(int maxThreads) {
            return new Options(maxThreads, maxWaiting, interrupts);
        }

        /** These options with another number of requests that wait. */
        public Options withMaxWaiting(int maxWaiting) {
            return new Options(maxThreads, maxWaiting, interrupts);
        }

        /** These options with interrupts or without. */
        public Options withInterrupts(boolean interrupts) {
            return new Options(maxThreads, maxWaiting, interrupts);
        }
    }

    /** Threads with the default limits. */
    public VirtualThreads() {
        this(Options.DEFAULTS);
    }

    /** Threads with {@code options}. */
    public VirtualThreads(Options options) {
        this.options = options;
        this.limit = new ThreadLimit(options.maxThreads, options.maxWaiting);
    }

    /** What gives each request to {@code handler}, on a thread. */
    public HttpHandler handler(BlockingHttpHandler handler) {
        Objects.requireNonNull(handler, "handler");
        return (request, response) -> serve(handler, request, response, PathParameters.NONE);
    }

    /** As {@link #handler}, for a {@link Router}: {@link BlockingRequest#parameters} are there. */
    public RouteHandler route(BlockingHttpHandler handler) {
        Objects.requireNonNull(handler, "handler");
        return (request, response, path) -> serve(handler, request, response, path);
    }

    /** On the loop. */
    private void serve(
            BlockingHttpHandler handler,
            ServerRequest request,
            ServerResponse response,
            PathParameters path) {
        if (!limit.reserve()) {
            response.status(503)
                    .header("Retry-After", "1")
                    .header("Content-Type", "text/plain; charset=utf-8")
                    .end("503 Service Unavailable: too many requests are being served\n");
            return;
        }
        ExchangeBridge bridge = new ExchangeBridge(request, response);
        BlockingRequest in = new BlockingRequest(request, path, bridge);
        BlockingResponse out = new BlockingResponse(bridge);
        // What it throws and nothing takes is the handler's failure: it was made in the handler.
        Work<Boolean> work = request.loop().offload(limit, () -> run(handler, in, out, bridge));
        response.onClose(() -> {
            bridge.over();
            // A thread that has ended its response is about something else.
            if (options.interrupts && !bridge.isEnded()) {
                work.cancel();
            }
        });
        if (options.interrupts) {
            response.onPeerEnd(() -> {
                if (!bridge.isEnded()) {
                    response.destroy();
                }
            });
        }
    }

    private static boolean run(
            BlockingHttpHandler handler,
            BlockingRequest request,
            BlockingResponse response,
            ExchangeBridge bridge)
            throws Exception {
        try {
            handler.handle(request, response);
            response.end();
            return true;
        } catch (IOException ofStream) {
            if (bridge.isOver() && !(ofStream instanceof ServerRequest.RefusedException)) {
                return false;
            }
            throw ofStream;
        }
    }

    /** How many requests are served now. */
    public int running() {
        return limit.running();
    }

    /** How many wait for a thread. */
    public int waiting() {
        return limit.waiting();
    }

    /** {@code VirtualThreads[12 of 4096, 0 waiting]}. */
    @Override
    public String toString() {
        return "VirtualThreads["
                + running()
                + " of "
                + options.maxThreads
                + ", "
                + waiting()
                + " waiting]";
    }
}
