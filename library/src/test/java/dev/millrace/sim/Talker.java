package dev.millrace.sim;

import dev.millrace.loop.Loop;
import dev.millrace.net.NetSocket;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One end of a conversation over a {@link NetSocket}: sends its payload in pieces of all sizes,
 * checks every byte it receives, and behaves as its {@link Plan} says.
 */
final class Talker {
    private final Loop loop;
    private final Oracle oracle;
    private final SplittableRandom random;
    private final NetSocket socket;
    private final Plan plan;
    private final Payload outgoing;
    private final Payload incoming;
    final Witness witness;
    final @Nullable SimSocket port;
    private long sent;
    private boolean isWriting;
    private boolean isAllWritten;

    Talker(
            Scenario scenario,
            Witness witness,
            NetSocket socket,
            @Nullable SimSocket port,
            Plan plan,
            Payload outgoing,
            Payload incoming) {
        this.loop = socket.loop();
        this.oracle = scenario.oracle();
        this.random = scenario.random().split();
        this.witness = witness;
        this.socket = socket;
        this.port = port;
        this.plan = plan;
        this.outgoing = outgoing;
        this.incoming = incoming;
    }

    /** Registers for everything; what arrives is checked from now on. */
    void listen(Runnable afterClose) {
        witness(socket, witness, afterClose);
        socket.onBytes(this::received).onEnd(witness::ended).onDrain(this::drained);
    }

    /** What every end has in common, whoever reads it. */
    static void witness(NetSocket socket, Witness witness, Runnable afterClose) {
        socket.onError(witness::failed)
                .onPeerClosed(_ -> witness.peerLeft())
                .onFinish(witness::finished)
                .onClose(() -> {
                    witness.closed();
                    afterClose.run();
                });
    }

    /** The name of the conversation has arrived, ahead of everything else. */
    void named() {
        witness.data(Payload.NAME_BYTES);
        start();
    }

    void start() {
        if (plan.isDestructive()) {
            loop.setTimeout(Duration.ofMillis(plan.endingMillis()), this::leave);
        }
        write();
    }

    private void leave() {
        if (!witness.isClosed() && !socket.isDestroyed()) {
            witness.destroyed();
            if (plan.ending() == Plan.Ending.RESET) {
                socket.reset();
            } else {
                socket.destroy();
            }
        }
    }

    /** Takes all of it, or a part; in that case the rest comes again. */
    int received(byte[] array, int offset, int length) {
        int count = plan.isPicky() && random.nextInt(4) == 0 ? 1 + random.nextInt(length) : length;
        int wrong = incoming.mismatch(witness.received(), array, offset, count);
        if (wrong >= 0) {
            oracle.complain(
                    witness.who(), "byte " + (witness.received() + wrong) + " is another's");
        }
        witness.data(count);
        if (plan.pausing() > 0 && random.nextDouble() < plan.pausing()) {
            socket.pause();
            loop.setTimeout(Duration.ofMillis(random.nextInt(20)), this::resume);
        }
        return count;
    }

    private void resume() {
        if (!socket.isDestroyed()) {
            socket.resume();
        }
    }

    void drained() {
        oracle.note("drain", outgoing.conversation(), sent);
        write();
    }

    private void write() {
        if (isWriting || isAllWritten || socket.isDestroyed()) {
            return;
        }
        isWriting = true;
        boolean mayGoOn = true;
        while (sent < plan.bytes() && mayGoOn && !socket.isDestroyed()) {
            int length = (int) Math.min(plan.bytes() - sent, 1 + random.nextInt(plan.chunkMax()));
            boolean isBelowMark = writeOne(length);
            mayGoOn = isBelowMark || plan.isEager();
            if (mayGoOn && random.nextInt(4) == 0) {
                // The rest some other time.
                isWriting = false;
                later(this::write);
                return;
            }
        }
        isWriting = false;
        if (sent == plan.bytes() && !socket.isDestroyed() && !isAllWritten) {
            isAllWritten = true;
            if (!plan.isDestructive()) {
                socket.end();
            }
        }
    }

    private boolean writeOne(int length) {
        byte[] bytes = new byte[length];
        outgoing.fill(sent, bytes, 0, length);
        sent += length;
        int style = random.nextInt(4);
        Consumer<@Nullable IOException> told = null;
        if ((style & 1) == 0) {
            int number = witness.writing(socket.isWritable() || socket.isConnecting());
            told = error -> witness.written(number, error);
        }
        if (style < 2) {
            return socket.write(ByteBuffer.wrap(bytes), told);
        }
        boolean isBelow = socket.write(bytes, 0, length, told);
        // Lent for the call alone: whoever still looks at it is wrong.
        Arrays.fill(bytes, (byte) 0xDD);
        return isBelow;
    }

    private void later(Runnable task) {
        switch (random.nextInt(3)) {
            case 0 -> loop.setImmediate(task);
            case 1 -> loop.nextTick(task);
            default -> loop.setTimeout(Duration.ofNanos(random.nextInt(5_000_000)), task);
        }
    }

    long sent() {
        return sent;
    }

    Plan plan() {
        return plan;
    }

    /** Whether nothing but our own code had a hand in how the connection went. */
    boolean isUndisturbed() {
        return port != null && port.fate == Fate.WHOLE && !plan.isDestructive();
    }
}
