package dev.millrace.testing;

import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;

/** What the library logs until it is closed, in place of the console. */
public final class RecordedLog extends Handler implements AutoCloseable {
    private final Logger logger = Logger.getLogger("dev.millrace");
    private final Journal lines = new Journal();

    /** Records from now on. */
    public RecordedLog() {
        logger.addHandler(this);
        logger.setUseParentHandlers(false);
    }

    @Override
    public void publish(LogRecord record) {
        lines.add(record.getMessage() + " " + record.getThrown());
    }

    /** Every record with what was thrown. */
    public String text() {
        return String.join("\n", lines.lines());
    }

    @Override
    public void flush() {}

    @Override
    public void close() {
        logger.removeHandler(this);
        logger.setUseParentHandlers(true);
    }
}
