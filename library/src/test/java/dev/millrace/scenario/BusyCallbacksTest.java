package dev.millrace.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.kernel.Address;
import dev.millrace.kernel.IpAddress;
import dev.millrace.loop.Loop;
import dev.millrace.loop.RunMode;
import dev.millrace.loop.TimerHandle;
import dev.millrace.net.NetServer;
import dev.millrace.net.NetServerOptions;
import dev.millrace.net.NetSocket;
import dev.millrace.net.NetSocketOptions;
import dev.millrace.stream.WriteLimit;
import dev.millrace.testing.LoopFixture;
import dev.millrace.testing.QuietLog;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Every callback writes, ends, pauses, destroys, throws, to its own socket or to another's, as dice
 * say; whatever they do, each thing is told once and in its turn, and every byte is in its place.
 */
class BusyCallbacksTest {
    private static final int RUNS = 25;
    private static final int KICKS = 20;
    private static final UnsupportedOperationException THROWN =
            new UnsupportedOperationException("thrown by a callback");

    /** One end of a connection, and what was seen of it. */
    private static final class End {
        private final Game game;
        private final NetSocket socket;
        private @Nullable End peer;
        private boolean isPaused;
        private boolean isEnded;
        private boolean isEndTold;
        private boolean isBroken;
        private boolean isErrorTold;
        private boolean isClosed;
        private boolean needsDrain;
        private long received;
        private int writes;
        private int writesTold;
        private int lastTold = -1;

        End(Game game, NetSocket socket) {
            this.game = game;
            this.socket = socket;
            game.ends.add(this);
            socket.onData(this::data)
                    .onEnd(this::end)
                    .onError(this::error)
                    .onClose(this::close)
                    .onPeerClosed(reset -> told("peer closed", isPaused))
                    .onFinish(() -> told("finish", !socket.isDestroyed()))
                    .onDrain(this::drain);
        }

        private void told(String what, boolean isRight) {
            check(isRight && !isClosed, what);
            act();
        }

        private void check(boolean isRight, String what) {
            if (!isRight) {
                game.wrong.add("end " + game.ends.indexOf(this) + ": " + what);
            }
        }

        private static byte at(long position) {
            return (byte) (position * 31 + (position >>> 8) + (position >>> 16) * 101);
        }

        private byte[] next(int length) {
            byte[] bytes = new byte[length];
            for (int i = 0; i < length; i++) {
                bytes[i] = at(socket.bytesWritten() + i);
            }
            return bytes;
        }

        private void data(ByteBuffer chunk) {
            boolean isInPlace = true;
            while (chunk.hasRemaining()) {
                isInPlace &= chunk.get() == at(received++);
            }
            check(isInPlace, "a byte that is another's");
            told("data", !isPaused && !isEndTold && !socket.isDestroyed());
        }

        private void end() {
            boolean isFirst = !isEndTold;
            isEndTold = true;
            check(peer == null || peer.isBroken || isReceived(), "end too early");
            told("end", isFirst && !isPaused && !socket.isDestroyed());
        }

        private void error(IOException error) {
            boolean isFirst = !isErrorTold;
            isErrorTold = true;
            told("error " + error.getMessage(), isFirst);
        }

        private void close() {
            check(!isClosed, "closed twice");
            check(writesTold == writes, writesTold + " of " + writes + " writes told at the close");
            isClosed = true;
            act();
        }

        private void drain() {
            boolean isWaited = needsDrain;
            needsDrain = false;
            told("drain", isWaited && !socket.isDestroyed());
        }

        private void write(byte[] bytes, boolean isOwned) {
            int number = writes;
            boolean[] isTold = {false};
            Consumer<@Nullable IOException> outcome =
                    error -> {
                        check(!isTold[0], "a write told twice");
                        isTold[0] = true;
                        written(number, error);
                    };
            boolean isBelow =
                    isOwned
                            ? socket.write(ByteBuffer.wrap(bytes), outcome)
                            : socket.write(bytes, 0, bytes.length, outcome);
            writes++;
            needsDrain |= !isBelow && !socket.isDestroyed();
        }

        /** What is refused (row X80) is told at once, and overtakes those that wait. */
        private void written(int number, @Nullable IOException error) {
            boolean isRefused = error != null && error.getMessage().contains("ENOBUFS");
            check(isRefused || number > lastTold, "a write told before another");
            lastTold = isRefused ? lastTold : number;
            writesTold++;
            told("write", true);
        }

        /** Some of what a program may do, with this end or another. */
        private void act() {
            for (int count = game.dice.nextInt(3); count > 0 && game.actions > 0; count--) {
                game.actions--;
                boolean isOwn = game.dice.nextInt(3) > 0;
                End whose = isOwn ? this : game.ends.get(game.dice.nextInt(game.ends.size()));
                if (!whose.socket.isDestroyed()) {
                    whose.actOnce();
                }
            }
        }

        private void actOnce() {
            int dice = game.dice.nextInt(100);
            if (dice < 48) {
                writeOnce(dice);
            } else if (dice < 56) {
                endOnce(dice);
            } else if (dice < 66) {
                isPaused = true;
                socket.pause();
            } else if (dice < 82) {
                resume();
            } else if (dice < 86) {
                game.loop.nextTick(this::act);
            } else if (dice < 90) {
                game.loop.setImmediate(this::act);
            } else if (dice < 94) {
                game.loop.setTimeout(Duration.ofMillis(1), this::act);
            } else {
                long limit = dice < 97 ? 100_000 : WriteLimit.DEFAULTS.maxQueuedBytes();
                socket.writeLimit(new WriteLimit(limit, WriteLimit.Policy.REFUSE));
            }
        }

        private void writeOnce(int dice) {
            if (isEnded || isEndTold) {
                // The end of the peer may have ended this side as well.
                return;
            }
            byte[] bytes = next(game.dice.nextInt(dice < 30 ? 2_000 : dice < 45 ? 300_000 : 1));
            if (dice % 5 == 0) {
                socket.tryWrite(bytes, 0, bytes.length);
            } else {
                write(bytes, dice % 2 == 0);
            }
        }

        private void endOnce(int dice) {
            if (dice < 51) {
                isEnded = true;
                socket.end();
                return;
            }
            isBroken = true;
            switch (dice) {
                case 51 -> socket.destroy();
                case 52 -> socket.destroy(new IOException("of its own"));
                case 53 -> socket.reset();
                default -> {
                    socket.destroy();
                    throw THROWN;
                }
            }
        }

        /** Everything that was written has left, and who waits for that was told. */
        private boolean isSent() {
            boolean isAllTold = socket.queuedBytes() == 0 && !needsDrain && writesTold == writes;
            return socket.isDestroyed() || (isAllTold && !socket.isConnecting());
        }

        private boolean isReceived() {
            return peer != null && received == peer.socket.bytesWritten();
        }

        /** Nothing can come any more, or all of it came. */
        private boolean isQuiet() {
            boolean isPeerGone = peer == null || peer.socket.isDestroyed();
            return isPeerGone || socket.isDestroyed() || isReceived();
        }

        private void resume() {
            isPaused = false;
            socket.resume();
        }
    }

    /** A few connections, both ends of each on one loop. */
    private static final class Game {
        private final Random dice;
        private final Loop loop = Loop.create();
        private final List<End> ends = new ArrayList<>();
        private final List<String> wrong = new ArrayList<>();
        private int actions;
        private int kicked;

        Game(long seed) {
            dice = new Random(seed);
            actions = 50 + dice.nextInt(500);
        }

        void play() {
            try (loop) {
                loop.onUncaught(thrown -> {
                    if (thrown != THROWN) {
                        wrong.add(thrown.toString());
                    }
                });
                NetSocketOptions options =
                        NetSocketOptions.DEFAULTS.withAllowHalfOpen(dice.nextBoolean());
                NetServer server =
                        NetServer.create(
                                        loop,
                                        NetServerOptions.DEFAULTS.withAllowHalfOpen(
                                                options.allowHalfOpen()),
                                        this::accepted)
                                .listen(IpAddress.loopback(0));
                server.onListening(() -> connect(server, options));
                TimerHandle kicks = loop.setInterval(Duration.ofMillis(1), this::kick);
                LoopFixture.turnUntil(loop, "enough", () -> actions == 0);
                kicks.close();
                loop.nextTick(() -> ends.forEach(End::resume));
                until("all sent", End::isSent);
                until("all received", End::isQuiet);
                loop.nextTick(() -> ends.forEach(end -> end.socket.end()));
                until("all closed", end -> end.isClosed);
                server.close();
                assertThat(loop.run(RunMode.DEFAULT)).isFalse();
            }
        }

        /** Whom nothing happens to does nothing. */
        private void kick() {
            if (!ends.isEmpty()) {
                ends.get(dice.nextInt(ends.size())).act();
                actions = ++kicked < KICKS ? actions : 0;
            }
        }

        private void connect(NetServer server, NetSocketOptions options) {
            IpAddress address = (IpAddress) server.address().orElseThrow();
            for (int count = 1 + dice.nextInt(3); count > 0; count--) {
                End end = new End(this, NetSocket.connect(loop, address, options));
                end.socket.onConnect(() -> end.told("connect", !end.socket.isDestroyed()));
                loop.nextTick(end::act);
            }
        }

        private void accepted(NetSocket socket) {
            List<End> others = List.copyOf(ends);
            End end = new End(this, socket);
            for (End other : others) {
                Optional<Address> its = other.socket.localAddress();
                if (its.isPresent() && its.equals(socket.remoteAddress())) {
                    end.peer = other;
                    other.peer = end;
                }
            }
            end.act();
        }

        private void until(String what, Predicate<End> condition) {
            LoopFixture.turnUntil(loop, what, () -> ends.stream().allMatch(condition));
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 1001, 2001, 5001})
    @Tag("R7")
    @Tag("R11")
    @Tag("R12")
    void whateverTheyDoEachThingIsToldOnceAndInItsTurn(long first) {
        try (QuietLog quiet = new QuietLog()) {
            for (long seed = first; seed < first + RUNS; seed++) {
                Game game = new Game(seed);
                game.play();
                assertThat(game.wrong).as("seed " + seed).isEmpty();
            }
        }
    }
}
