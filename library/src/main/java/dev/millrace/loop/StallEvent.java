package dev.millrace.loop;

import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;
import jdk.jfr.Timespan;

/** A {@link Stall} in a recording of the flight recorder. Not loaded where there is none. */
@Name("millrace.Stall")
@Label("Loop Stall")
@Category("millrace")
@Description("A callback that blocks its event loop: once when noticed, once when over")
@StackTrace(false)
final class StallEvent extends Event {
    @Label("Loop Thread")
    String loopThread = "";

    @Label("Lasted")
    @Timespan(Timespan.NANOSECONDS)
    long lasted;

    @Label("Over")
    boolean isOver;

    @Label("Stack")
    String stack = "";

    static void commit(Stall stall) {
        StallEvent event = new StallEvent();
        if (event.shouldCommit()) {
            event.loopThread = stall.thread();
            event.lasted = stall.lasted().toNanos();
            event.isOver = stall.isOver();
            event.stack = stall.stackText();
            event.commit();
        }
    }
}
