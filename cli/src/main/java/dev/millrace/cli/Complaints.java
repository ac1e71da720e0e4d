package dev.millrace.cli;

import dev.millrace.loop.Loop;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Complains once a second at most: the latest of those that wait, and how many more there were.
 * What goes wrong for each connection would fill a log otherwise.
 */
final class Complaints {
    private static final Duration REST = Duration.ofSeconds(1);

    private final Loop loop;
    private boolean isResting;
    private @Nullable String latest;
    private int more;

    Complaints(Loop loop) {
        this.loop = loop;
    }

    void add(String text) {
        if (!isResting) {
            say(text);
            return;
        }
        more += latest == null ? 0 : 1;
        latest = text;
    }

    private void say(String text) {
        Console.complain(text);
        isResting = true;
        loop.setTimeout(REST, this::rested).unref();
    }

    private void rested() {
        isResting = false;
        flush();
    }

    /** Says what waits. */
    void flush() {
        String text = latest;
        if (text != null) {
            int count = more;
            latest = null;
            more = 0;
            say(count == 0 ? text : text + " (and " + count + " more)");
        }
    }
}
