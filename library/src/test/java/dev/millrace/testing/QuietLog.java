package dev.millrace.testing;

import java.util.logging.Level;
import java.util.logging.Logger;

/**
 * What meets errors on purpose has nothing to say to whoever runs the tests, until it is closed.
 */
public final class QuietLog implements AutoCloseable {
    private final Logger logger = Logger.getLogger("dev.millrace");
    private final Level before = logger.getLevel();

    /** Quiet from now on. */
    public QuietLog() {
        logger.setLevel(Level.OFF);
    }

    @Override
    public void close() {
        logger.setLevel(before);
    }
}
