package dev.millrace.stdio;

import dev.millrace.kernel.DescriptorKind;
import dev.millrace.kernel.Terminal;
import dev.millrace.loop.Loop;
import dev.millrace.stream.InboundStream;
import dev.millrace.stream.ReadSide;
import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.IOException;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Standard input as a stream, as Node's {@code process.stdin} is.
 *
 * {@snippet class="dev.millrace.stdio.StdioSnippets" region="input"}
 *
 * <p>A pipe, a terminal or a socket is read by the loop, through a description of its own where
 * that is needed; a file, and whatever can't be had without changing what the shell shares, is read
 * by a thread. Either way it reads no further than its reader takes, and while it reads it keeps
 * the loop alive, unless {@link #unref} was called. It closes itself after its end; descriptor 0
 * stays open.
 *
 * <p>One for a loop. If {@code System.in} is read as well, which of the two gets a byte is left to
 * chance. What a thread was reading when the stream was paused or closed is read: paused, it is
 * kept; closed, it is lost. Loop thread only.
 */
public final class StandardInput extends InboundStream<StandardInput> implements AutoCloseable {
    private static final int STDIN_FILENO = 0;

    private final Loop loop;
    private final StandardDescriptor descriptor;
    private final StandardInlet inlet;
    private final ReadSide read = new ReadSide(new FromInlet());
    private final StandardEnding ending;

    /**
     * Standard input on {@code loop}; it flows at once.
     *
     * @throws IllegalStateException if the loop reads standard input already
     */
    public static StandardInput open(Loop loop) {
        StandardInput input = new StandardInput(loop);
        input.read.start();
        return input;
    }

    private StandardInput(Loop loop) {
        this.loop = loop;
        this.ending = new StandardEnding(loop);
        this.descriptor = StandardDescriptor.open(loop, STDIN_FILENO);
        this.inlet = inlet();
    }

    private StandardInlet inlet() {
        if (descriptor.handle().isPresent()) {
            return new StandardLoopInlet(descriptor.handle().get(), this);
        }
        return new StandardThreadInlet(loop, new FileInputStream(FileDescriptor.in), this);
    }

    /** What is behind it; {@link DescriptorKind#OTHER} if the driver knows no descriptors. */
    public DescriptorKind kind() {
        loop.checkThread();
        return descriptor.kind();
    }

    /** The terminal, if it is one; its raw mode ends with this stream. */
    public Optional<Terminal> terminal() {
        loop.checkThread();
        return descriptor.terminal();
    }

    @Override
    public StandardInput onError(Consumer<? super IOException> listener) {
        ending.onError(listener);
        return this;
    }

    @Override
    public StandardInput onClose(Runnable listener) {
        ending.onClose(listener);
        return this;
    }

    /** Waiting for input keeps the loop alive, which is the default. */
    public StandardInput ref() {
        loop.checkThread();
        inlet.reference(true);
        return this;
    }

    /** Waiting for input does not keep the loop alive. */
    public StandardInput unref() {
        loop.checkThread();
        inlet.reference(false);
        return this;
    }

    @Override
    public void destroy() {
        end(null);
    }

    /** As {@link #destroy}. */
    @Override
    public void close() {
        destroy();
    }

    void destroy(IOException error) {
        end(error);
    }

    void thrown(Throwable thrown) {
        end(StandardEnding.thrown(thrown));
    }

    private void end(@Nullable IOException error) {
        if (ending.begin(error)) {
            read.destroy();
            descriptor.release();
            inlet.close(ending::tell);
        }
    }

    ReadSide inbound() {
        return read;
    }

    @Override
    protected ReadSide readSide() {
        loop.checkThread();
        return read;
    }

    @Override
    protected StandardInput self() {
        return this;
    }

    /** One line for a log: {@code StandardInput[open, PIPE]}. Any thread, any state. */
    @Override
    public String toString() {
        return "StandardInput["
                + (ending.isOver() ? "closed" : "open")
                + ", "
                + descriptor.kind()
                + "]";
    }

    /** What the read side asks of the inlet. */
    private final class FromInlet implements ReadSide.Source {
        @Override
        public void startReading() {
            if (!ending.isOver()) {
                inlet.start();
            }
        }

        @Override
        public void stopReading() {
            inlet.stop();
        }

        @Override
        public void soon(Runnable task) {
            loop.nextTick(() ->
                    loop.enter(StandardInput.this, input -> task.run(), StandardInput::thrown));
        }

        @Override
        public void endTold() {
            destroy();
        }

        @Override
        public void fail(IOException error) {
            destroy(error);
        }
    }
}
