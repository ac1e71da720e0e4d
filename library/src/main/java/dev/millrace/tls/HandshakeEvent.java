package dev.millrace.tls;

import java.io.IOException;
import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;
import jdk.jfr.Timespan;
import org.jspecify.annotations.Nullable;

/** A handshake in a recording of the flight recorder. Not loaded where there is none. */
@Name("millrace.TlsHandshake")
@Label("TLS Handshake")
@Category("millrace")
@Description("A handshake of TLS that is done, or has failed")
@StackTrace(false)
final class HandshakeEvent extends Event {
    @Label("Loop Thread")
    String loopThread = "";

    @Label("Is Client")
    boolean isClient;

    @Label("Server Name")
    @Description("The name that the client asked for, if it did")
    String serverName = "";

    @Label("Protocol")
    String protocol = "";

    @Label("Cipher Suite")
    String suite = "";

    @Label("Resumed")
    boolean isResumed;

    @Label("Took")
    @Description("From when the connection stood")
    @Timespan(Timespan.NANOSECONDS)
    long took;

    @Label("Error")
    String error = "";

    /** One of {@code session} and {@code failure} is null. */
    static void commit(
            String thread,
            boolean isClient,
            long tookNanos,
            @Nullable TlsSession session,
            @Nullable IOException failure) {
        HandshakeEvent event = new HandshakeEvent();
        if (!event.shouldCommit()) {
            return;
        }
        event.loopThread = thread;
        event.isClient = isClient;
        event.took = tookNanos;
        if (session != null) {
            event.serverName = session.serverName().orElse("");
            event.protocol = session.protocol();
            event.suite = session.suite();
            event.isResumed = session.isResumed();
        }
        event.error = failure == null ? "" : String.valueOf(failure.getMessage());
        event.commit();
    }
}
