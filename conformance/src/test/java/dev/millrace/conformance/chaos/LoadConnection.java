package dev.millrace.conformance.chaos;

import dev.millrace.kernel.IpAddress;
import dev.millrace.loop.TimerHandle;
import dev.millrace.net.NetSocket;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * One connection of the load, with a request at a time; when it ends another one takes its place.
 *
 * <pre>
 *   connecting ──▶ idle ──its time──▶ asked ──the whole response──▶ idle
 *                    └── ended ──────────┴── ended: repeated, or failed ──▶ connecting
 * </pre>
 */
final class LoadConnection {
    private static final Duration DEADLINE = Duration.ofSeconds(20);
    private static final Duration AGAIN = Duration.ofMillis(20);

    private final Load load;
    private final Load.Habit habit;
    private final StringBuilder came = new StringBuilder();
    private NetSocket socket;
    private int port;
    private String worker = "";
    private int served;
    private History.@Nullable Asked asked;
    private @Nullable TimerHandle deadline;
    private @Nullable IOException error;
    private boolean isDone;

    /** It is a connection of the first day, which no end has replaced. */
    private boolean isFirst = true;

    LoadConnection(Load load, Load.Habit habit) {
        this.load = load;
        this.habit = habit;
        open();
    }

    boolean isFirst() {
        return isFirst;
    }

    private void open() {
        worker = "";
        served = 0;
        error = null;
        came.setLength(0);
        NetSocket made = NetSocket.connect(load.loop, load.address);
        socket = made;
        made.onConnect(
                        () -> {
                            port = ((IpAddress) made.localAddress().orElseThrow()).port();
                            next();
                        })
                .onData(this::data)
                .onError(failed -> error = failed)
                .onClose(this::closed);
    }

    /** After a while. */
    private void next() {
        NetSocket chosen = socket;
        load.loop.setTimeout(
                habit.idle(load.random),
                () -> {
                    if (chosen == socket && !chosen.isDestroyed() && !load.isEnding()) {
                        ask();
                    }
                });
    }

    private void ask() {
        History.Asked made = load.history.ask(port, worker, System.nanoTime());
        asked = made;
        NetSocket chosen = socket;
        chosen.write(
                ByteBuffer.wrap(
                        ("GET /" + made.number + " HTTP/1.1\r\nHost: chaos\r\n\r\n")
                                .getBytes(StandardCharsets.ISO_8859_1)));
        deadline =
                load.loop.setTimeout(
                        DEADLINE, () -> chosen.destroy(new IOException("no response in 20 s")));
    }

    private void data(ByteBuffer data) {
        came.append(StandardCharsets.ISO_8859_1.decode(data));
        int head = came.indexOf("\r\n\r\n");
        if (head < 0) {
            return;
        }
        int length = Integer.parseInt(field("Content-Length", "0"));
        if (came.length() < head + 4 + length) {
            return;
        }
        History.Asked whole = asked;
        String body = came.substring(head + 4);
        if (whole == null
                || !body.equals("/" + whole.number)
                || !came.toString().startsWith("HTTP/1.1 200 ")) {
            load.history.mistakes.add("a response that is none of ours: " + came);
            socket.destroy();
            return;
        }
        worker = field("Worker", "");
        boolean isLast = field("Connection", "keep-alive").equals("close");
        came.setLength(0);
        served++;
        asked = null;
        end(whole, History.Outcome.SERVED, worker);
        if (isLast || habit.isLeaving(load.random) || load.isEnding()) {
            isDone = isLast;
            socket.destroy();
        } else {
            next();
        }
    }

    private String field(String name, String otherwise) {
        int at = came.indexOf("\r\n" + name + ": ");
        if (at < 0) {
            return otherwise;
        }
        int from = at + name.length() + 4;
        return came.substring(from, came.indexOf("\r\n", from));
    }

    private void end(History.Asked whole, History.Outcome outcome, String text) {
        if (deadline != null) {
            deadline.close();
            deadline = null;
        }
        load.history.end(whole, outcome, text, System.nanoTime());
        load.ended();
    }

    /** What RFC 9110, 9.2.2 lets a client repeat: a GET on a connection that was used before. */
    private void closed() {
        History.Asked open = asked;
        asked = null;
        if (open != null) {
            String text = error == null ? "the connection ended" : error.getMessage();
            boolean isLost = load.isLost(worker);
            boolean isRepeated = served > 0 && came.isEmpty() && !isLost;
            end(open, isRepeated ? History.Outcome.REPEATED : History.Outcome.FAILED, text);
        } else if (port == 0 && error != null) {
            load.refused(error);
        } else if (error != null) {
            load.history.idleEnds++;
        }
        if (!habit.isChurn()) {
            isFirst = false;
        }
        port = 0;
        if (load.isEnding()) {
            load.closed();
        } else if (error == null || isDone) {
            open();
        } else {
            load.loop.setTimeout(AGAIN, this::again);
        }
        isDone = false;
    }

    private void again() {
        if (load.isEnding()) {
            load.closed();
        } else {
            open();
        }
    }

    /** The load is over: what is idle ends now, what is asked when its response is there. */
    void finish() {
        if (asked == null) {
            socket.destroy();
        }
    }
}
