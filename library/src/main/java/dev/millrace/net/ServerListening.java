package dev.millrace.net;

import dev.millrace.loop.LoopStage;
import java.io.IOException;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Who hears of the outcome of a {@link NetServer}'s listen: the listeners, and a stage where one
 * was asked for. Each listen has an outcome of its own, as it may be tried again after a failure.
 */
final class ServerListening {
    private final NetServer server;

    @Nullable Runnable listener;
    @Nullable Consumer<? super IOException> error;

    /** Of the present listen, or of the next one; null until it is asked for. */
    private @Nullable Outcome outcome;

    /** A stage, and its failure if the program knows of it without the stage. */
    private static final class Outcome {
        final LoopStage<NetServer> stage;
        private @Nullable IOException known;

        Outcome(NetServer server) {
            stage = new LoopStage<>(server.loop(), thrown -> thrown == known);
        }

        void fail(IOException failure, boolean isKnown) {
            known = isKnown ? failure : null;
            stage.completeExceptionally(failure);
        }
    }

    ServerListening(NetServer server) {
        this.server = server;
    }

    CompletionStage<NetServer> stage(boolean isClosed) {
        if (outcome == null) {
            outcome = new Outcome(server);
            if (server.isListening()) {
                outcome.stage.complete(server);
            } else if (isClosed) {
                closed();
            }
        }
        return outcome.stage;
    }

    void opened() {
        try {
            SocketListeners.tell(listener);
        } finally {
            if (outcome != null) {
                outcome.stage.complete(server);
            }
        }
    }

    /** A failure that neither a listener nor a stage hears of is the loop's. */
    void failed(IOException failure) {
        Outcome told = outcome;
        outcome = null;
        if (told != null) {
            told.fail(failure, error != null);
        }
        if (error != null) {
            error.accept(failure);
        } else if (told == null) {
            server.loop().uncaught(failure);
        }
    }

    /** Without effect on a listen that has its outcome; a program knows that it closes a server. */
    void closed() {
        if (outcome != null) {
            outcome.fail(new IOException("the server was closed before it listened"), true);
        }
    }
}
