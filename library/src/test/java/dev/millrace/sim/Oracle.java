package dev.millrace.sim;

import java.util.ArrayList;
import java.util.List;

/** Knows what has to be true of a run, whatever its kernel does, and keeps what was not. */
final class Oracle {
    private static final int COMPLAINTS_MAX = 12;

    private final SimDriver driver;
    private final EventLog log;
    private final List<String> complaints = new ArrayList<>();
    private Runnable afterTheLast = () -> {};

    Oracle(SimDriver driver, EventLog log) {
        this.driver = driver;
        this.log = log;
    }

    /** What ends a run of which no further complaint is kept. */
    void onEnough(Runnable end) {
        afterTheLast = end;
    }

    void complain(String who, String what) {
        if (complaints.size() < COMPLAINTS_MAX) {
            complaints.add("at " + driver.nanoTime() + " ns " + who + ": " + what);
            if (complaints.size() == COMPLAINTS_MAX) {
                afterTheLast.run();
            }
        }
    }

    void require(boolean isTrue, String who, String otherwise) {
        if (!isTrue) {
            complain(who, otherwise);
        }
    }

    /** Part of what two runs of one seed are compared by. */
    void note(String what, int conversation, long amount) {
        log.add(driver.nanoTime(), what, conversation, amount);
    }

    List<String> complaints() {
        return complaints;
    }
}
