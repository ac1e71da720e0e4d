package dev.millrace.conformance.flow;

import dev.millrace.loop.Loop;
import dev.millrace.stream.InboundStream;
import dev.millrace.stream.Listeners;
import dev.millrace.stream.ReadSide;
import java.io.IOException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** A stream of so many chunks of one byte, on a loop, as fast as they are taken. */
final class CountedStream extends InboundStream<CountedStream> implements ReadSide.Source {
    private final Loop loop;
    private final ReadSide side = ReadSide.started(this);
    private long left;
    private boolean isReading;
    private boolean isDue;
    private boolean isDestroyed;
    private @Nullable Runnable closeListener;

    CountedStream(Loop loop, long chunks) {
        this.loop = loop;
        this.left = chunks;
    }

    @Override
    public void startReading() {
        isReading = true;
        if (!isDue) {
            isDue = true;
            loop.execute(this::deliver);
        }
    }

    @Override
    public void stopReading() {
        isReading = false;
    }

    private void deliver() {
        isDue = false;
        if (isReading && !isDestroyed) {
            if (left == 0) {
                side.end();
                return;
            }
            left--;
            side.deliver(new byte[] {(byte) left}, 0, 1);
            if (isReading) {
                startReading();
            }
        }
    }

    @Override
    public void soon(Runnable task) {
        loop.execute(task);
    }

    @Override
    public void endTold() {
        destroy();
    }

    @Override
    public void fail(IOException error) {
        destroy();
    }

    @Override
    public void destroy() {
        if (!isDestroyed) {
            isDestroyed = true;
            side.destroy();
            if (closeListener != null) {
                loop.execute(closeListener);
            }
        }
    }

    @Override
    protected ReadSide readSide() {
        return side;
    }

    @Override
    protected CountedStream self() {
        return this;
    }

    @Override
    public CountedStream onError(Consumer<? super IOException> listener) {
        return this;
    }

    @Override
    public CountedStream onClose(Runnable listener) {
        closeListener = Listeners.and(closeListener, listener);
        return this;
    }
}
