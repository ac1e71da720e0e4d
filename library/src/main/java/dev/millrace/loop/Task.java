package dev.millrace.loop;

import dev.millrace.driver.Guarded;

/** A plain task as a callback; what it throws was expected by nobody. */
record Task(Loop loop, Runnable task) implements Guarded {
    @Override
    public void call() {
        task.run();
    }

    @Override
    public void failed(Throwable thrown) {
        loop.uncaught(thrown);
    }
}
