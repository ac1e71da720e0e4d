package dev.millrace.stream;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/**
 * Listeners and pipes that come before, between and in the middle of deliveries: each gets what was
 * not taken when it came, then everything, nothing twice. The value of a byte is its place.
 */
class ReadSideReceiversTest {
    private static final int LENGTH = 120;
    private static final int SEEDS = 4_000;

    /** One run, drawn from its seed. */
    private static final class Run {
        final Random random;
        final ArrayDeque<Runnable> soon = new ArrayDeque<>();
        final List<Receiver> receivers = new ArrayList<>();
        final ReadSide side = new ReadSide(new Hand());
        final ReadStream self = new Self(side);
        boolean isReading;
        boolean hasData;
        Taker taker;
        int steps;

        Run(long seed) {
            random = new Random(seed);
        }

        /** The source, which the run plays itself. */
        private final class Hand implements ReadSide.Source {
            @Override
            public void startReading() {
                isReading = true;
            }

            @Override
            public void stopReading() {
                isReading = false;
            }

            @Override
            public void soon(Runnable task) {
                soon.add(task);
            }

            @Override
            public void endTold() {}

            @Override
            public void fail(IOException error) {
                throw new AssertionError(error);
            }
        }

        void run() {
            side.start();
            int sent = 0;
            while (sent < LENGTH || !soon.isEmpty() || isAnyBehind()) {
                boolean isCalm = steps++ > 10 * LENGTH;
                if (isCalm || random.nextInt(6) == 0) {
                    attachSomething(isCalm);
                }
                if (!receivers.isEmpty() && (isCalm || random.nextInt(4) == 0)) {
                    side.resume();
                }
                if (!soon.isEmpty() && random.nextBoolean()) {
                    soon.remove().run();
                } else if (sent < LENGTH && (isReading || random.nextInt(4) == 0)) {
                    // A source that was stopped may still have some: a thread, or a filter.
                    int length = Math.min(LENGTH - sent, 1 + random.nextInt(20));
                    deliver(sent, length);
                    sent += length;
                } else if (random.nextInt(8) == 0) {
                    side.pause();
                }
                settle();
            }
        }

        private boolean isAnyBehind() {
            return receivers.isEmpty() || receivers.stream().anyMatch(one -> one.next < LENGTH);
        }

        private void deliver(int from, int length) {
            byte[] array = new byte[length + 2];
            for (int at = 0; at < length; at++) {
                array[at + 1] = (byte) (from + at);
            }
            side.deliver(array, 1, length);
        }

        /** The number of bytes that are taken: those that a receiver which comes now won't see. */
        private int taken() {
            if (taker != null && taker.start >= 0) {
                return taker.next;
            }
            return receivers.stream().mapToInt(one -> one.next).max().orElse(0);
        }

        /** The delivery is over: those that came meanwhile begin behind what it has taken. */
        private void settle() {
            int taken = taken();
            receivers.stream().filter(one -> one.start < 0).forEach(one -> one.begin(taken));
        }

        private void attachSomething(boolean isLast) {
            switch (isLast ? 0 : random.nextInt(4)) {
                case 0 -> attachData();
                case 1, 2 -> attachPipe();
                default -> attachTaker();
            }
        }

        /** In the middle of a delivery, that is: in a receiver's call. */
        void maybeAttach() {
            if (random.nextInt(5) == 0) {
                attachSomething(false);
            }
        }

        private void attachData() {
            if (!hasData) {
                hasData = true;
                Receiver data = add(new Receiver(this, "onData"));
                side.onData(bytes ->
                        data.gets(
                                bytes.array(),
                                bytes.arrayOffset() + bytes.position(),
                                bytes.remaining()));
            }
        }

        private void attachPipe() {
            if (receivers.size() < 6) {
                Receiver pipe = add(new Receiver(this, "pipe " + receivers.size()));
                side.pipeTo(self, new Sink(pipe), false);
            }
        }

        private void attachTaker() {
            if (taker == null) {
                taker = new Taker(this);
                add(taker);
                side.onBytes(taker);
            }
        }

        private <R extends Receiver> R add(R receiver) {
            receivers.add(receiver);
            if (!isDelivering) {
                receiver.begin(takenWithout(receiver));
            }
            return receiver;
        }

        private int takenWithout(Receiver receiver) {
            Taker before = taker;
            if (receiver == before) {
                taker = null;
            }
            receivers.remove(receiver);
            int taken = taken();
            receivers.add(receiver);
            taker = before;
            return taken;
        }

        boolean isDelivering;
    }

    /** What one receiver was given. */
    private static class Receiver {
        final Run run;
        final String name;
        int start = -1;
        int next;

        Receiver(Run run, String name) {
            this.run = run;
            this.name = name;
        }

        void begin(int place) {
            start = place;
            next = place;
        }

        void gets(byte[] array, int offset, int length) {
            for (int at = 0; at < length; at++) {
                assertThat(array[offset + at]).as("%s from %s", name, start).isEqualTo((byte) next);
                next++;
            }
            boolean wasDelivering = run.isDelivering;
            run.isDelivering = true;
            run.maybeAttach();
            run.isDelivering = wasDelivering;
        }
    }

    /** The listener of onBytes, which takes as much as it likes and pauses when it takes none. */
    private static final class Taker extends Receiver implements BytesListener {
        Taker(Run run) {
            super(run, "onBytes");
        }

        @Override
        public int onBytes(byte[] array, int offset, int length) {
            int count = run.random.nextInt(length + 1);
            gets(array, offset, count);
            if (count == 0) {
                run.side.pause();
            }
            return count;
        }

        @Override
        public void onEnd() {}
    }

    /** A destination that takes everything. */
    private static final class Sink implements WriteStream {
        private final Receiver receiver;

        Sink(Receiver receiver) {
            this.receiver = receiver;
        }

        @Override
        public boolean write(byte[] array, int offset, int length) {
            receiver.gets(array, offset, length);
            return true;
        }

        @Override
        public boolean write(ByteBuffer buffer) {
            throw new AssertionError("a pipe writes arrays");
        }

        @Override
        public void end() {}

        @Override
        public void destroy() {}

        @Override
        public WriteStream onDrain(Runnable listener) {
            return this;
        }

        @Override
        public void piped(StreamPipe pipe) {}
    }

    /** The stream around the side, for its pipes. */
    private static final class Self extends InboundStream<Self> {
        private final ReadSide side;

        Self(ReadSide side) {
            this.side = side;
        }

        @Override
        protected ReadSide readSide() {
            return side;
        }

        @Override
        protected Self self() {
            return this;
        }

        @Override
        public Self onError(Consumer<? super IOException> listener) {
            return this;
        }

        @Override
        public Self onClose(Runnable listener) {
            return this;
        }

        @Override
        public void destroy() {
            side.destroy();
        }
    }

    @Test
    void eachReceiverGetsEverythingFromItsPlaceOnOnce() {
        int inTheMiddle = 0;
        for (long seed = 0; seed < SEEDS; seed++) {
            Run run = new Run(seed);
            try {
                run.run();
                assertThat(run.receivers)
                        .isNotEmpty()
                        .allSatisfy(one -> assertThat(one.next).as(one.name).isEqualTo(LENGTH));
            } catch (AssertionError e) {
                throw new AssertionError("seed " + seed, e);
            }
            inTheMiddle += (int) run.receivers.stream().filter(one -> one.start > 0).count();
        }
        assertThat(inTheMiddle).isGreaterThan(SEEDS);
    }
}
