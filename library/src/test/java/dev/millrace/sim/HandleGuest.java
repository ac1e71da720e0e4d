package dev.millrace.sim;

import dev.millrace.kernel.Address;
import dev.millrace.kernel.SystemError;
import dev.millrace.loop.Loop;
import dev.millrace.loop.Request;
import dev.millrace.loop.StreamEvents;
import dev.millrace.loop.StreamHandle;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/**
 * A client of the echo server at the level of handles and requests, where every operation has its
 * own callback: one connect, writes, one shutdown, one close, in an order that libuv's users know.
 */
final class HandleGuest implements StreamEvents {
    private final Scenario scenario;
    private final Loop loop;
    private final Oracle oracle;
    private final SplittableRandom random;
    private final String who;
    private final int id;
    private final Address address;
    private final Payload payload;
    private final long total;
    private final boolean isPatient;
    private final StreamHandle stream;
    private @Nullable SimSocket port;
    private final List<String> pending = new ArrayList<>();
    private long sent;
    private long received;
    private boolean isEnded;
    private boolean isClosed;
    private @Nullable IOException failure;

    /** We closed it, with whatever was under way. */
    private boolean isGivenUp;

    HandleGuest(Scenario scenario, int id, Address address) {
        this.scenario = scenario;
        this.loop = scenario.loop();
        this.oracle = scenario.oracle();
        this.random = scenario.random().split();
        this.who = "handle " + id;
        this.id = id;
        this.address = address;
        this.payload = new Payload(id, 0);
        this.total = Payload.NAME_BYTES + random.nextLong(1L << random.nextInt(17));
        this.isPatient = random.nextInt(4) > 0;
        this.stream = new StreamHandle(loop, this);
    }

    void start() {
        stream.onClose(this::closed);
        stream.connect(
                address,
                request(
                        "connect",
                        error -> {
                            if (error == null) {
                                stream.readStart();
                            }
                        }));
        port = scenario.lastPort();
        write();
        if (!isPatient) {
            loop.setTimeout(Duration.ofNanos(random.nextInt(20_000_000)), this::giveUp);
        }
    }

    private interface Outcome {
        void told(@Nullable IOException error);
    }

    /** A request that is told once, in the order of its kind, and before the close. */
    private Request request(String kind, Outcome outcome) {
        pending.add(kind);
        return new Request(error -> {
            oracle.note(error == null ? kind : kind + " failed", id, received);
            oracle.require(!isClosed, who, kind + " was told after the close");
            oracle.require(pending.remove(kind), who, kind + " was told twice");
            boolean isCanceled = SystemError.codeOf(error).equals("ECANCELED");
            oracle.require(
                    error == null || !isGivenUp || isCanceled,
                    who,
                    kind + " was pending at close, and ended with " + error);
            if (error != null && failure == null) {
                failure = error;
            }
            outcome.told(error);
            if (error != null) {
                leave();
            }
        });
    }

    private void write() {
        while (sent < total && !stream.isClosing()) {
            int length = (int) Math.min(total - sent, 1 + random.nextInt(1 << random.nextInt(17)));
            byte[] bytes = new byte[length];
            payload.fill(sent, bytes, 0, length);
            sent += length;
            boolean isLast = sent == total;
            String kind = "write " + sent;
            Request request = request(kind, error -> inOrder(kind, isLast));
            if (random.nextBoolean()) {
                stream.write(bytes, 0, length, request);
            } else {
                stream.writeOwned(bytes, 0, length, request);
            }
            if (random.nextInt(3) == 0) {
                loop.setTimeout(Duration.ofNanos(random.nextInt(1_000_000)), this::write);
                return;
            }
        }
        if (sent == total && !stream.isClosing()) {
            stream.shutdown(request("shutdown", error -> {}));
        }
    }

    private void inOrder(String kind, boolean isLast) {
        for (String other : pending) {
            long number =
                    other.startsWith("write ") ? Long.parseLong(other.substring(6)) : total + 1;
            oracle.require(
                    number > Long.parseLong(kind.substring(6)) || other.equals("connect"),
                    who,
                    kind + " was told before " + other);
        }
        oracle.require(!pending.contains("connect"), who, kind + " was told before connect");
        if (!isLast && random.nextInt(8) == 0 && !stream.isClosing() && !isEnded) {
            stream.readStop();
            loop.setTimeout(Duration.ofNanos(random.nextInt(3_000_000)), this::readOn);
        }
    }

    private void readOn() {
        if (!stream.isClosing() && stream.isConnected()) {
            stream.readStart();
        }
    }

    @Override
    public void onRead(byte[] array, int offset, int length) {
        oracle.require(!isEnded && !stream.isClosing(), who, "read after the end");
        int wrong = payload.mismatch(received, array, offset, length);
        if (wrong >= 0) {
            oracle.complain(who, "byte " + (received + wrong) + " is another's");
        }
        received += length;
    }

    @Override
    public void onEnd() {
        oracle.require(!isEnded && !stream.isClosing(), who, "a second end");
        isEnded = true;
        leave();
    }

    @Override
    public void onError(IOException error) {
        oracle.require(!stream.isClosing(), who, "an error after close");
        failure = error;
        leave();
    }

    @Override
    public void onPeerClosed(@Nullable IOException reset) {
        oracle.require(!isEnded && !stream.isClosing(), who, "the peer left after the end");
    }

    @Override
    public void onThrown(Throwable thrown) {
        oracle.complain(who, "a callback threw " + thrown);
        leave();
    }

    private void giveUp() {
        isGivenUp = !stream.isClosing();
        leave();
    }

    private void leave() {
        if (!stream.isClosing()) {
            if (random.nextInt(8) == 0) {
                stream.reset();
            } else {
                stream.close();
            }
        }
    }

    private void closed() {
        oracle.note("handle closed", id, received);
        oracle.require(!isClosed, who, "closed twice");
        isClosed = true;
        oracle.require(pending.isEmpty(), who, "closed before the end of " + pending);
        boolean isUndisturbed = isPatient && port != null && port.fate == Fate.WHOLE;
        if (isUndisturbed) {
            oracle.require(failure == null, who, "undisturbed, but failed: " + failure);
            oracle.require(isEnded && received == total, who, "heard " + received + " of " + total);
        }
        oracle.require(received <= sent, who, "heard more than was said");
        scenario.left();
    }
}
