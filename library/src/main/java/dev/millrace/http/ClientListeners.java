package dev.millrace.http;

import dev.millrace.http.wire.ResponseParser;
import dev.millrace.loop.LoopStage;
import dev.millrace.net.NetSocket;
import dev.millrace.observe.Cause;
import dev.millrace.observe.LoopEvent;
import dev.millrace.observe.LoopEvent.Role;
import dev.millrace.observe.LoopEvent.Step;
import dev.millrace.observe.Observation;
import dev.millrace.stream.Listeners;
import java.io.IOException;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.CompletionStage;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Who is told what becomes of a request, each in a guarded call of its own. */
final class ClientListeners {
    /** How much of a request's line observers see. */
    private static final int SHOWN_MAX = 100;

    private final ClientExchange exchange;
    private final ClientRequest request;

    private @Nullable BiConsumer<? super Integer, ? super HttpHeaders> onInformation;
    private @Nullable Consumer<? super ClientResponse> onResponse;
    private @Nullable BiConsumer<? super ClientResponse, ? super NetSocket> onUpgrade;
    private @Nullable Consumer<? super IOException> onError;
    private @Nullable Runnable onClose;

    /** What {@link #response()} gave out. */
    private @Nullable LoopStage<ClientResponse> stage;

    /** The stage's failure, if the program knows of it without the stage. */
    private @Nullable IOException known;

    /** For observers; 0 when there was none at the beginning. */
    private long id;

    private long cause;

    ClientListeners(ClientExchange exchange, ClientRequest request) {
        this.exchange = exchange;
        this.request = request;
    }

    void onInformation(BiConsumer<? super Integer, ? super HttpHeaders> listener) {
        onInformation = Listeners.once(onInformation, listener, "onInformation");
    }

    void onResponse(Consumer<? super ClientResponse> listener) {
        onResponse = Listeners.once(onResponse, listener, "onResponse");
    }

    void onUpgrade(BiConsumer<? super ClientResponse, ? super NetSocket> listener) {
        onUpgrade = Listeners.once(onUpgrade, listener, "onUpgrade");
    }

    void onError(Consumer<? super IOException> listener) {
        onError = Listeners.and(onError, listener);
    }

    void onClose(Runnable listener) {
        onClose = Listeners.and(onClose, listener);
        if (exchange.isOver()) {
            request.soon(listener);
        }
    }

    CompletionStage<ClientResponse> response() {
        if (exchange.isOver() || exchange.hasResponse()) {
            throw new IllegalStateException("ask for the response before it comes");
        }
        if (stage == null) {
            stage = new LoopStage<>(exchange.loop(), thrown -> thrown == known);
        }
        return stage;
    }

    /** Whether a switch of the protocol was asked for. */
    boolean wantsUpgrade() {
        return onUpgrade != null && request.fields().isUpgrade();
    }

    boolean hasUpgrade() {
        return onUpgrade != null;
    }

    /** It goes to a pool. */
    void begun() {
        if (Observation.isOn(Step.REQUEST) || Observation.isOn(Step.RESPONSE)) {
            id = Observation.newId();
            cause = Cause.id();
            if (Observation.isOn(Step.REQUEST)) {
                Observation.tell(event(Step.REQUEST));
            }
        }
    }

    private LoopEvent event(Step step) {
        String thread = exchange.loop().threadName();
        String name = exchange.line().method() + " " + exchange.line().target();
        return LoopEvent.of(step, Role.HTTP_CLIENT_REQUEST, id, thread)
                .withCause(cause)
                .withName(
                        name.length() <= SHOWN_MAX ? name : name.substring(0, SHOWN_MAX) + "...",
                        Duration.ZERO);
    }

    void informed(ResponseParser head) {
        BiConsumer<? super Integer, ? super HttpHeaders> listener = onInformation;
        if (listener != null) {
            int status = head.status();
            byte[] fields =
                    Arrays.copyOfRange(head.headArray(), head.fieldsStart(), head.headEnd());
            HttpHeaders headers = new HttpHeaders(fields, 0);
            request.enter(() -> listener.accept(status, headers));
        }
    }

    void responded(ClientResponse came) {
        exchange.loop().enter(came, ClientListeners::tell, ClientResponse::threw);
    }

    private static void tell(ClientResponse came) {
        ClientListeners to = came.exchange().listeners();
        if (to.onResponse != null) {
            to.onResponse.accept(came);
        }
        if (to.stage != null) {
            to.stage.complete(came);
        } else if (to.onResponse == null) {
            came.resume();
        }
    }

    void upgraded(ClientResponse came, NetSocket socket) {
        BiConsumer<? super ClientResponse, ? super NetSocket> listener = onUpgrade;
        exchange.loop()
                .enter(
                        socket,
                        given -> {
                            if (stage != null) {
                                stage.complete(came);
                            }
                            if (listener != null) {
                                listener.accept(came, given);
                            }
                        },
                        (given, thrown) -> {
                            given.destroy();
                            exchange.loop().uncaught(thrown);
                        });
    }

    /** There was {@code error}, or null; {@code isBare}: no response has come. */
    void failed(@Nullable IOException error, boolean isBare) {
        Consumer<? super IOException> listener = onError;
        LoopStage<ClientResponse> asked = stage;
        if (isBare && asked != null) {
            IOException outcome =
                    error != null
                            ? error
                            : new IOException("the request was destroyed before its response");
            known = error == null || listener != null ? outcome : null;
            request.soon(() -> asked.completeExceptionally(outcome));
        }
        if (error != null && listener != null) {
            request.soon(() -> listener.accept(error));
        } else if (error != null && (asked == null || !isBare)) {
            request.soon(() -> exchange.loop().uncaught(error));
        }
    }

    /** It is over; {@code status} 0: without a response. */
    void closed(int status, @Nullable IOException error) {
        if (id != 0 && Observation.isOn(Step.RESPONSE)) {
            long took = exchange.loop().hrtime() - exchange.begunNanos();
            Observation.tell(
                    event(Step.RESPONSE)
                            .withTook(Duration.ofNanos(took))
                            .withStatus(status)
                            .withError(error));
        }
        request.soon(this::tellClosed);
    }

    private void tellClosed() {
        try {
            request.body().closed();
        } finally {
            if (onClose != null) {
                onClose.run();
            }
        }
    }
}
