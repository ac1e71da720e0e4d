package dev.millrace.observe;

import dev.millrace.kernel.Address;
import dev.millrace.observe.LoopEvent.Step;
import java.util.Optional;
import jdk.jfr.Category;
import jdk.jfr.DataAmount;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;
import jdk.jfr.Timespan;
import org.jspecify.annotations.Nullable;

/** The same events in a recording of the flight recorder. Not loaded where there is none. */
final class FlightEvents {
    private static final Step[] STEPS = Step.values();

    private FlightEvents() {}

    /** Of every kind. */
    @Category("millrace")
    @StackTrace(false)
    abstract static class Recorded extends Event {
        @Label("Role")
        String role = "";

        @Label("Id")
        long id;

        @Label("Cause")
        @Description(
                "The id of the server for what it accepted or dropped, of the socket for a request"
                        + " or look-up, and of the object in whose callback a program began it")
        long cause;

        @Label("Loop Thread")
        String loopThread = "";

        @Label("Name")
        String name = "";

        @Label("Local Address")
        String local = "";

        @Label("Remote Address")
        String remote = "";

        @Label("Took")
        @Timespan(Timespan.NANOSECONDS)
        long took;

        @Label("Bytes Read")
        @DataAmount
        long bytesRead;

        @Label("Bytes Written")
        @DataAmount
        long bytesWritten;

        @Label("Error")
        String error = "";
    }

    @Name("millrace.Listen")
    @Label("Listen")
    static final class Listen extends Recorded {}

    @Name("millrace.Accept")
    @Label("Accept")
    static final class Accept extends Recorded {}

    @Name("millrace.Drop")
    @Label("Drop")
    static final class Drop extends Recorded {}

    @Name("millrace.Lookup")
    @Label("Name Look-up")
    static final class Lookup extends Recorded {}

    @Name("millrace.Connect")
    @Label("Connect")
    static final class Connect extends Recorded {}

    @Name("millrace.Close")
    @Label("Close")
    static final class Close extends Recorded {}

    @Name("millrace.Request")
    @Label("Request")
    static final class Request extends Recorded {}

    @Name("millrace.Response")
    @Label("Response")
    static final class Response extends Recorded {
        @Label("Status")
        @Description("0: none was sent")
        int status;
    }

    /** Null for steps that are not recorded, or recorded elsewhere as stalls are. */
    private static @Nullable Recorded of(Step step) {
        return switch (step) {
            case LISTEN -> new Listen();
            case ACCEPT -> new Accept();
            case DROP -> new Drop();
            case LOOKUP -> new Lookup();
            case CONNECT -> new Connect();
            case CLOSE -> new Close();
            case REQUEST -> new Request();
            case RESPONSE -> new Response();
            case STALL, RUN, STOP -> null;
        };
    }

    static boolean isEnabled(Step step) {
        Recorded event = of(step);
        return event != null && event.isEnabled();
    }

    static boolean isAnyEnabled() {
        for (Step step : STEPS) {
            if (isEnabled(step)) {
                return true;
            }
        }
        return false;
    }

    static void commit(LoopEvent from) {
        Recorded event = of(from.step());
        if (event != null && event.shouldCommit()) {
            event.role = from.role().name();
            event.id = from.id();
            event.cause = from.cause();
            event.loopThread = from.thread();
            event.name = from.name();
            event.local = text(from.local());
            event.remote = text(from.remote());
            event.took = from.took().toNanos();
            event.bytesRead = from.bytesRead();
            event.bytesWritten = from.bytesWritten();
            if (event instanceof Response response) {
                response.status = from.status();
            }
            event.error = from.error().map(Throwable::toString).orElse("");
            event.commit();
        }
    }

    private static String text(Optional<Address> address) {
        return address.map(Object::toString).orElse("");
    }
}
