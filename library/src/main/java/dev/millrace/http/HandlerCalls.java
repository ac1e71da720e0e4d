package dev.millrace.http;

import dev.millrace.loop.Loop;
import dev.millrace.net.ServerLoad;
import dev.millrace.stream.Listeners;
import dev.millrace.turn.Failures;
import java.io.IOException;
import java.util.Objects;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The one place where a server calls its handler. What the handler throws becomes a 500 (row X76),
 * is counted, and is told to the listener for it, or logged.
 */
final class HandlerCalls {
    private final Loop loop;
    private final ServerLoad load;

    /** Null until there is one: a server without it takes no connection. */
    private @Nullable HttpHandler handler;

    /** Of requests whose client waits for a 100; null: as all others. */
    private @Nullable HttpHandler continueHandler;

    /** Of requests with an unknown expectation; null: they are refused. */
    private @Nullable HttpHandler expectationHandler;

    /** Who takes the connections whose clients upgrade, and those for tunnels. */
    ServerUpgrade.@Nullable Taker upgrades;

    ServerUpgrade.@Nullable Taker connects;

    private @Nullable Consumer<? super Throwable> listener;

    /** How many calls there were. */
    private long count;

    /** How many connections have left HTTP. */
    long upgraded;

    /** How many of them threw, now or later. */
    private long failures;

    HandlerCalls(Loop loop) {
        this.loop = loop;
        this.load = ServerLoad.of(loop);
    }

    void handler(HttpHandler added) {
        handler = Listeners.once(handler, Objects.requireNonNull(added, "handler"), "onRequest");
    }

    void listener(Consumer<? super Throwable> added) {
        listener = Listeners.once(listener, added, "onHandlerError");
    }

    void continueHandler(HttpHandler added) {
        continueHandler =
                Listeners.once(
                        continueHandler,
                        Objects.requireNonNull(added, "handler"),
                        "onCheckContinue");
    }

    void expectationHandler(HttpHandler added) {
        expectationHandler =
                Listeners.once(
                        expectationHandler,
                        Objects.requireNonNull(added, "handler"),
                        "onCheckExpectation");
    }

    /** As {@link #enter}, for a request with an expectation. */
    void enterExpecting(ServerResponse response, boolean isKnown) {
        HttpHandler own = isKnown ? continueHandler : expectationHandler;
        if (own != null && !isAllowed(response.request)) {
            refuseTarget(response);
        } else if (own != null) {
            loop.enter(
                    response,
                    told -> call(own, told),
                    HandlerCalls::threw,
                    HandlerCalls::stageFailed);
        } else if (isKnown) {
            enter(response);
        } else {
            response.request.connection().server().counts().refused(417, "ERR_HTTP_EXPECTATION");
            response.fail(417, new IOException("unknown expectation"));
        }
    }

    /** Calls the handler with {@code response} and the request that it is for. */
    void enter(ServerResponse response) {
        if (!isAllowed(response.request)) {
            refuseTarget(response);
            return;
        }
        loop.enter(response, HandlerCalls::call, HandlerCalls::threw, HandlerCalls::stageFailed);
    }

    /** Whether the target can be decoded, or need not. */
    static boolean isAllowed(ServerRequest request) {
        return request.isDecodable()
                || request.connection().server().options().allowUndecodableTargets();
    }

    private static void refuseTarget(ServerResponse response) {
        response.request.connection().server().counts().refused(400, "ERR_HTTP_TARGET");
        response.refuse(
                400,
                "the target can't be decoded: percent signs stand before two hex digits, and"
                        + " what they make is UTF-8 without NUL",
                true);
    }

    private static void call(ServerResponse response) throws Exception {
        HandlerCalls calls = response.request.connection().server().handlerCalls();
        call(Objects.requireNonNull(calls.handler), response);
    }

    private static void call(HttpHandler handler, ServerResponse response) throws Exception {
        HandlerCalls calls = response.request.connection().server().handlerCalls();
        calls.count++;
        calls.load.countRequest();
        if (response.trace == null) {
            handler.handle(response.request, response);
        } else {
            response.trace.call(() -> handler.handle(response.request, response));
        }
    }

    private static void threw(ServerResponse response, Throwable thrown) {
        response.request.failed(thrown);
    }

    private static void stageFailed(ServerResponse response, Throwable thrown) {
        response.request.unheard(thrown);
    }

    /** A stage that the handler made has failed, and nothing is behind it to answer. */
    void unheard(@Nullable ServerResponse response, Throwable thrown) {
        if (response != null) {
            response.fail(500, thrown);
        }
        if (listener == null && loop.hasUncaughtListener()) {
            failures++;
            loop.uncaught(thrown);
        } else {
            tell("a stage of an HTTP handler failed and nothing took it", thrown);
        }
    }

    /** 500 while the head of {@code response} is still open, otherwise the connection goes. */
    void failed(@Nullable ServerResponse response, Throwable thrown) {
        if (response != null) {
            response.fail(500, thrown);
        }
        tell("an HTTP handler threw, the response is 500", thrown);
    }

    /** A listener that took a connection out of HTTP threw; the connection goes. */
    void upgradeFailed(Throwable thrown) {
        tell("a listener of an HTTP upgrade threw, its socket is destroyed", thrown);
    }

    /** A handler wrote behind the end of its response, which is complete. */
    void wroteTooLate(Throwable error) {
        tell("an HTTP handler wrote after the end of its response", error);
    }

    private void tell(String text, Throwable failure) {
        failures++;
        if (listener != null) {
            loop.enter(
                    listener,
                    told -> told.accept(failure),
                    (told, thrown) -> loop.uncaught(thrown));
        } else {
            Failures.log(System.getLogger("dev.millrace.http"), text, failure);
        }
    }

    long count() {
        return count;
    }

    long failures() {
        return failures;
    }
}
