package dev.millrace.http;

import dev.millrace.driver.Guarded;

/**
 * A part of a request's work that is not below the parser: what it throws is the handler's failure
 * (row X76).
 */
record RequestTask(ServerConnection connection, ServerRequest request, Runnable task)
        implements Guarded {
    @Override
    public void call() {
        task.run();
    }

    @Override
    public void failed(Throwable thrown) {
        connection.handlerFailed(request, thrown);
    }
}
