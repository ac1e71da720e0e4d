package dev.millrace.observe;

/**
 * Told what happens on the loops of the process, by {@link Observation#add}: what a library for
 * metrics or traces binds to.
 *
 * <p>Called on the loop's own thread, in the middle of its work, and for several loops at once: an
 * observer is quick, safe on all threads, and touches nothing of the loop. One that throws harms no
 * connection; the first time it is logged.
 *
 * {@snippet class="dev.millrace.observe.ObserveExamplesTest" region="observer"}
 */
public interface LoopObserver {
    /** Whatever happened, where the method of its step below is not the observer's own. */
    default void onEvent(LoopEvent event) {}

    /** A server listens, or can't. */
    default void onListen(LoopEvent event) {
        onEvent(event);
    }

    /** A server took a connection; the program's listener comes after this. */
    default void onAccept(LoopEvent event) {
        onEvent(event);
    }

    /** A server closed a connection at once, because it has as many as it may. */
    default void onDrop(LoopEvent event) {
        onEvent(event);
    }

    /** A look-up of a name is over. */
    default void onLookup(LoopEvent event) {
        onEvent(event);
    }

    /** A connection of ours stands, or there is none to be had. */
    default void onConnect(LoopEvent event) {
        onEvent(event);
    }

    /** A socket is about to close, or a server is closed with its last connection. */
    default void onClose(LoopEvent event) {
        onEvent(event);
    }

    /**
     * A server got the head of a request; the program's handler comes after this. Or a client was
     * given a request, which may still wait for a connection.
     */
    default void onRequest(LoopEvent event) {
        onEvent(event);
    }

    /**
     * An exchange is over: its response is with the socket, or the connection is gone. Also of what
     * was refused because it is no request, which has no number. A client's is over with the end of
     * the response; repetition and redirects are part of it.
     */
    default void onResponse(LoopEvent event) {
        onEvent(event);
    }

    /**
     * A callback blocks its loop, or did; only of loops that have a detector, and on its thread.
     */
    default void onStall(LoopEvent event) {
        onEvent(event);
    }

    /** A loop starts to run. */
    default void onRun(LoopEvent event) {
        onEvent(event);
    }

    /** A loop has stopped running. */
    default void onStop(LoopEvent event) {
        onEvent(event);
    }
}
