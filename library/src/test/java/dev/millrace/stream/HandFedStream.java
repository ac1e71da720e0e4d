package dev.millrace.stream;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;

/** A stream whose source a test holds in its hand, and what its listeners have seen. */
abstract class HandFedStream {
    final List<String> seen = new ArrayList<>();
    private final ArrayDeque<Runnable> soon = new ArrayDeque<>();
    boolean isReading;
    Incoming stream = new Incoming();

    final class Incoming extends InboundStream<Incoming> implements ReadSide.Source {
        final ReadSide side = new ReadSide(this);

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
        public void fail(IOException error) {
            seen.add("failed: " + error.getMessage());
            side.destroy();
        }

        @Override
        public void endTold() {
            seen.add("end told");
        }

        @Override
        protected ReadSide readSide() {
            return side;
        }

        @Override
        protected Incoming self() {
            return this;
        }

        @Override
        public Incoming onError(Consumer<? super IOException> listener) {
            throw new AssertionError("not asked for here");
        }

        @Override
        public Incoming onClose(Runnable listener) {
            throw new AssertionError("not asked for here");
        }

        @Override
        public void destroy() {
            side.destroy();
        }
    }

    void deliver(String text) {
        byte[] lent = ("--" + text + "--").getBytes(StandardCharsets.UTF_8);
        stream.side.deliver(lent, 2, text.length());
        Arrays.fill(lent, (byte) '!');
        runSoon();
    }

    void runSoon() {
        while (!soon.isEmpty()) {
            soon.remove().run();
        }
    }

    static ByteBuffer bytes(String text) {
        return ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
    }

    static String text(ByteBuffer buffer) {
        return StandardCharsets.UTF_8.decode(buffer).toString();
    }

    Consumer<ByteBuffer> chunks(String name) {
        return chunk -> seen.add(name + " " + text(chunk));
    }

    /** Runs {@code check} for {@code input} cut into two at every place, and byte by byte. */
    void atEveryCut(String input, Runnable setUp, Runnable check) {
        for (int cut = 0; cut <= input.length(); cut++) {
            anew(setUp);
            deliver(input.substring(0, cut));
            deliver(input.substring(cut));
            check.run();
        }
        anew(setUp);
        input.chars().forEach(c -> deliver(String.valueOf((char) c)));
        check.run();
    }

    private void anew(Runnable setUp) {
        stream = new Incoming();
        stream.side.start();
        seen.clear();
        setUp.run();
        runSoon();
    }
}
