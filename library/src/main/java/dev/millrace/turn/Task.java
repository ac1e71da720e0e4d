package dev.millrace.turn;

import dev.millrace.driver.Guarded;

/** A plain task as a callback; nothing takes care of what it throws but the loop itself. */
public record Task(Failures failures, Runnable task) implements Guarded {
    @Override
    public void call() {
        task.run();
    }

    @Override
    public void failed(Throwable thrown) {
        failures.report(thrown);
    }
}
