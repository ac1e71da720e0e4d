package dev.millrace.cli.load;

import dev.millrace.cli.load.LoadCount.Failure;
import dev.millrace.net.NetSocket;
import dev.millrace.stream.BytesListener;

/**
 * One connection of a load, which is made anew when it ends.
 *
 * <pre>
 *   connecting ──▶ open ──has served, and ended, broke or was late──▶ connecting …
 *       │            └──the same before any response──▶ resting
 *       └──no connection──▶ resting ──100 ms──▶ connecting …
 * </pre>
 *
 * Requests behind a response that ends the connection, as a server may say at any time, go out
 * again on the next one with the time of their first sending. Those that are under way when it
 * breaks have failed.
 */
final class LoadConnection implements BytesListener, ResponseScanner.Listener {
    private final LoadLoop loop;
    private final byte[] request;
    private final ResponseScanner scanner;

    /** When the requests under way were due, a ring; the oldest at {@code head}. */
    private final long[] due;

    private int head;
    private int underWay;

    private NetSocket socket;
    private boolean isOpen;

    /** It waits to connect again. */
    private boolean isResting;

    /** It has given a response. */
    private boolean hasServed;

    /** When the last byte came, or the first request since nothing was under way went out. */
    private long since = System.nanoTime();

    LoadConnection(LoadLoop loop, LoadPlan plan) {
        this.loop = loop;
        this.request = plan.request();
        this.scanner = new ResponseScanner(plan.isBodiless(), this);
        this.due = new long[plan.pipeline()];
        this.socket = connect();
    }

    private NetSocket connect() {
        isOpen = false;
        isResting = false;
        hasServed = false;
        scanner.reset();
        NetSocket made = loop.connect();
        made.onConnect(() -> opened(made)).onError(error -> broken(made, error.getMessage()));
        made.onBytes(this).onEnd(() -> ended(made)).onClose(() -> broken(made, "closed"));
        return made;
    }

    private void opened(NetSocket made) {
        if (made != socket) {
            return;
        }
        isOpen = true;
        loop.opened();
        since = System.nanoTime();
        for (int again = underWay; again > 0; again--) {
            socket.write(request, 0, request.length);
        }
        loop.becameFree(this);
    }

    boolean isFree() {
        return isOpen && underWay < due.length;
    }

    boolean isOpen() {
        return isOpen;
    }

    /**
     * Sends a request.
     *
     * @param wasDue when it should go out, by System.nanoTime: now, or earlier
     */
    void send(long wasDue, long now) {
        if (underWay == 0) {
            since = now;
        }
        int at = head + underWay;
        due[at < due.length ? at : at - due.length] = wasDue;
        underWay++;
        socket.write(request, 0, request.length);
    }

    @Override
    public int onBytes(byte[] array, int offset, int length) {
        since = loop.received(length);
        if (underWay == 0) {
            failed(Failure.MALFORMED, "bytes came that no request asked for");
            return length;
        }
        try {
            scanner.scan(array, offset, offset + length);
        } catch (BrokenResponseException e) {
            failed(Failure.MALFORMED, e.getMessage());
        }
        return length;
    }

    @Override
    public boolean onResponse(int status, boolean isLast) {
        if (underWay == 0) {
            failed(Failure.MALFORMED, "a response came that no request asked for");
            return false;
        }
        long wasDue = due[head];
        head = head + 1 < due.length ? head + 1 : 0;
        underWay--;
        hasServed = true;
        loop.responded(status, since - wasDue);
        if (loop.isOver()) {
            return false;
        }
        if (isLast) {
            replace();
            return false;
        }
        loop.becameFree(this);
        // What is left in the array belongs to a request that is under way, or to none.
        return isOpen;
    }

    /** The server's FIN. */
    private void ended(NetSocket of) {
        if (isPast(of) || scanner.end()) {
            return;
        }
        if (underWay == 0) {
            replace();
        } else {
            failed(Failure.CUT_OFF, "the connection ended before a response was complete");
        }
    }

    private void broken(NetSocket of, String why) {
        if (isPast(of)) {
            return;
        }
        if (isOpen) {
            failed(Failure.CUT_OFF, why);
        } else {
            rest();
            loop.notConnected(why);
        }
    }

    /** Whether nothing is to be done about {@code of} any more. */
    private boolean isPast(NetSocket of) {
        return of != socket || isResting || loop.isOver();
    }

    /** Looks whether the server has taken too long. */
    void check(long now, long timeoutNanos) {
        if (isOpen && underWay > 0 && now - since >= timeoutNanos) {
            failed(Failure.TIMEOUT, "no response came within the timeout");
        }
    }

    /** What is under way has failed. */
    private void failed(Failure failure, String why) {
        int lost = underWay;
        underWay = 0;
        head = 0;
        loop.failed(failure, lost, why);
        if (!loop.isOver()) {
            replace();
        }
    }

    /** One that served nothing rests first, or a server that closes at once would be stormed. */
    private void replace() {
        NetSocket old = socket;
        loop.replacing();
        if (hasServed) {
            socket = connect();
        } else {
            rest();
        }
        old.destroy();
    }

    private void rest() {
        isOpen = false;
        isResting = true;
        loop.afterRest(() -> socket = connect());
    }

    void destroy() {
        isOpen = false;
        socket.destroy();
    }
}
