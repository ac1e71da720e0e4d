package dev.millrace.web.content;

import dev.millrace.http.ServerResponse;
import dev.millrace.loop.Loop;
import java.nio.ByteBuffer;
import java.util.concurrent.Executor;
import java.util.function.Consumer;

/**
 * A page as a response's body, sent one piece at a time: the next one is made only when the socket
 * has taken the last one, so a peer that does not read costs one piece of memory.
 *
 * <pre>
 *   make (a thread) ──▶ write (loop) ──taken, or onDrain──▶ make … ──▶ end
 * </pre>
 */
public final class PageBody {
    /** The pieces of a page, made on another thread than the loop's. */
    public interface Pieces {
        /** The next one, unless {@link #isOver}. */
        byte[] next();

        /** Whether there is none any more. */
        boolean isOver();
    }

    private final Loop loop;
    private final Consumer<? super Throwable> failed;
    private final Executor threads;
    private final Pieces pieces;
    private final byte[] first;
    private boolean isMaking;

    /**
     * Makes the first piece, off the loop; {@code threads} make the others. {@code failed}: hears
     * of it.
     */
    public PageBody(
            Loop loop, Executor threads, Pieces pieces, Consumer<? super Throwable> failed) {
        this.loop = loop;
        this.failed = failed;
        this.threads = threads;
        this.pieces = pieces;
        this.first = pieces.next();
    }

    /** Sends it, on the loop, behind a head that is ready to go. */
    public void send(ServerResponse response) {
        if (pieces.isOver()) {
            response.end(first);
            return;
        }
        response.onDrain(() -> makeNext(response));
        write(response, first);
    }

    private void write(ServerResponse response, byte[] piece) {
        boolean mayGoOn = response.write(ByteBuffer.wrap(piece));
        if (pieces.isOver()) {
            response.end();
        } else if (mayGoOn) {
            makeNext(response);
        }
    }

    private void makeNext(ServerResponse response) {
        if (isMaking || response.isClosed() || response.isEnded()) {
            return;
        }
        isMaking = true;
        threads.execute(() -> make(response));
    }

    /** Off the loop. */
    private void make(ServerResponse response) {
        Runnable outcome;
        try {
            byte[] piece = pieces.next();
            outcome = () -> write(response, piece);
        } catch (Throwable failure) {
            // An Error as well: a response that hears of nothing waits for ever.
            outcome =
                    () -> {
                        failed.accept(failure);
                        response.fail(500, failure);
                    };
        }
        Runnable made = outcome;
        loop.execute(() -> {
            isMaking = false;
            if (!response.isClosed()) {
                made.run();
            }
        });
    }
}
