package dev.millrace.ipc;

import dev.millrace.kernel.SystemError;
import dev.millrace.loop.Loop;
import dev.millrace.loop.TimerHandle;
import dev.millrace.stream.Listeners;
import dev.millrace.sys.Errno;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Objects;
import java.util.OptionalLong;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A process that this one has started, and the channel to it: another JVM, or any program that
 * speaks the framing of {@link MessageChannel}. Its other end is {@link ParentProcess}.
 *
 * <pre>
 *   fork ──▶ starting ──▶ running ──its first message──▶ connected ──▶ onExit, once
 *               └──onError: it can't be started          └──either side──▶ disconnected ──▶ onExit
 * </pre>
 *
 * The child inherits standard output and error, and no other descriptor. When the channel ends
 * because this process does, the child ends as well, unless it chose to {@linkplain
 * ParentProcess#stay stay}. Belongs to its loop's thread, and keeps the loop alive until the child
 * has ended, or {@link #unref}.
 *
 * {@snippet class="dev.millrace.ipc.ChildExamplesTest" region="fork"}
 */
public final class ChildProcess {
    /** The child is gone, and something else has its channel: not for long. */
    private static final Duration LINGER = Duration.ofSeconds(1);

    private final Loop loop;
    private final ChildOptions options;
    private final Rendezvous rendezvous;

    /** A message for a child that is not connected yet. */
    private record Waiting(
            String text, List<Passable> passed, Consumer<? super @Nullable IOException> outcome) {}

    /** Sent before there is a channel. */
    private final Deque<Waiting> waiting = new ArrayDeque<>();

    private final TimerHandle limit;

    /** Keeps the loop alive. */
    private @Nullable Runnable hold;

    private @Nullable Process process;
    private @Nullable MessageChannel channel;
    private @Nullable ChildExit exit;

    /** It was told how it ended, or that it never began. */
    private boolean isOver;

    private boolean isDisconnecting;
    private @Nullable Runnable connectListener;
    private @Nullable Consumer<? super Message> messageListener;
    private @Nullable Runnable disconnectListener;
    private @Nullable Consumer<? super ChildExit> exitListener;
    private @Nullable Consumer<? super IOException> errorListener;

    private ChildProcess(Loop loop, ChildOptions options) {
        this.loop = loop;
        this.options = options;
        this.rendezvous = new Rendezvous(loop, options.channel(), this::connected);
        this.limit = new TimerHandle(loop);
        this.hold = loop.keepAlive();
        rendezvous.listen().onListening(this::start).onError(this::failed);
    }

    /**
     * Starts a child.
     *
     * @throws UnsupportedOperationException if the loop's driver passes no descriptors
     */
    public static ChildProcess fork(Loop loop, ChildOptions options) {
        return new ChildProcess(loop, Objects.requireNonNull(options, "options"));
    }

    private void start() {
        loop.offload(() -> ChildStart.run(options, rendezvous.environment()))
                .whenComplete((started, thrown) -> {
                    if (started != null) {
                        started(started);
                    } else {
                        failed(
                                thrown instanceof IOException error
                                        ? error
                                        : new IOException("the child can't be started", thrown));
                    }
                });
    }

    private void started(Process started) {
        process = started;
        started.onExit().thenAccept(ended -> loop.execute(() -> exited(ended.exitValue())));
        if (isOver) {
            started.destroyForcibly();
            return;
        }
        rendezvous.expect(started.pid());
        limit.unref();
        limit.start(
                options.connectLimit(),
                () -> {
                    if (channel == null) {
                        tellError(SystemError.of(Errno.ETIMEDOUT, "connect"));
                        started.destroyForcibly();
                    }
                });
    }

    /** It never began. */
    private void failed(IOException error) {
        if (!isOver) {
            isOver = true;
            release();
            failWaiting();
            tellError(error);
        }
    }

    private void tellError(IOException error) {
        if (errorListener == null) {
            loop.uncaught(error);
        } else {
            errorListener.accept(error);
        }
    }

    private void connected(MessageChannel found) {
        limit.close();
        channel = found;
        found.onClose(this::disconnected);
        if (hold == null) {
            found.unref();
        }
        if (messageListener != null) {
            found.onMessage(messageListener);
        }
        while (!waiting.isEmpty()) {
            Waiting next = waiting.remove();
            found.send(next.text, next.passed, next.outcome);
        }
        if (isDisconnecting) {
            found.end();
        }
        tell(connectListener);
    }

    private void disconnected() {
        tell(disconnectListener);
        if (exit != null) {
            over(exit);
        }
    }

    private void exited(int status) {
        exit = new ChildExit(status);
        MessageChannel open = channel;
        if (open != null && open.isOpen()) {
            // What it had sent comes first.
            TimerHandle linger = loop.setTimeout(LINGER, open::close);
            linger.unref();
        } else {
            over(exit);
        }
    }

    private void over(ChildExit ended) {
        if (!isOver) {
            isOver = true;
            release();
            failWaiting();
            if (exitListener != null) {
                exitListener.accept(ended);
            }
        }
    }

    private void release() {
        limit.close();
        rendezvous.close();
        unref();
    }

    private void failWaiting() {
        IOException error = SystemError.of(Errno.EPIPE, "send");
        waiting.forEach(one -> loop.nextTick(() -> one.outcome.accept(error)));
        waiting.clear();
    }

    private static void tell(@Nullable Runnable listener) {
        if (listener != null) {
            listener.run();
        }
    }

    /**
     * Sends a text; before the child is connected it waits for that. False: see {@link
     * MessageChannel}.
     */
    public boolean send(String text) {
        return send(text, List.of(), error -> {});
    }

    /**
     * Sends a text, and what passes with it, as {@link MessageChannel#send(String, List,
     * Consumer)}.
     */
    public boolean send(
            String text, List<Passable> passed, Consumer<? super @Nullable IOException> outcome) {
        loop.checkThread();
        if (channel != null) {
            return channel.send(text, passed, outcome);
        }
        waiting.add(new Waiting(text, List.copyOf(passed), outcome));
        if (isOver) {
            failWaiting();
        }
        return false;
    }

    /** The channel stands. */
    public ChildProcess onConnect(Runnable listener) {
        loop.checkThread();
        connectListener = Listeners.once(connectListener, listener, "onConnect");
        return this;
    }

    /** The child has sent a message. */
    public ChildProcess onMessage(Consumer<? super Message> listener) {
        loop.checkThread();
        messageListener = Listeners.once(messageListener, listener, "onMessage");
        if (channel != null) {
            channel.onMessage(listener);
        }
        return this;
    }

    /** The channel is over, whichever side ended it. */
    public ChildProcess onDisconnect(Runnable listener) {
        loop.checkThread();
        disconnectListener = Listeners.once(disconnectListener, listener, "onDisconnect");
        return this;
    }

    /** The child has ended, by itself or not; told once, behind its last message. */
    public ChildProcess onExit(Consumer<? super ChildExit> listener) {
        loop.checkThread();
        exitListener = Listeners.once(exitListener, listener, "onExit");
        return this;
    }

    /**
     * It can't be started, and then nothing else is told; or it did not connect in time, and is
     * killed. Without a listener that goes to {@link Loop#onUncaught}.
     */
    public ChildProcess onError(Consumer<? super IOException> listener) {
        loop.checkThread();
        errorListener = Listeners.once(errorListener, listener, "onError");
        return this;
    }

    /** Ends the channel behind the last message: a child that waits for nothing else ends. */
    public void disconnect() {
        loop.checkThread();
        isDisconnecting = true;
        if (channel != null) {
            channel.end();
        }
    }

    /** Asks the child to end (SIGTERM). */
    public void terminate() {
        loop.checkThread();
        if (process != null) {
            process.destroy();
        }
    }

    /** Ends the child (SIGKILL). */
    public void kill() {
        loop.checkThread();
        if (process != null) {
            process.destroyForcibly();
        } else if (!isOver) {
            isOver = true;
            release();
        }
    }

    /** Stops the child from keeping the loop alive. */
    public ChildProcess unref() {
        loop.checkThread();
        if (hold != null) {
            hold.run();
            hold = null;
        }
        if (channel != null) {
            channel.unref();
        }
        return this;
    }

    /** Its process; empty before it was started. */
    public OptionalLong pid() {
        loop.checkThread();
        return process == null ? OptionalLong.empty() : OptionalLong.of(process.pid());
    }

    /** Whether messages reach it. */
    public boolean isConnected() {
        loop.checkThread();
        return channel != null && channel.isOpen();
    }

    /** Whether it runs. */
    public boolean isAlive() {
        loop.checkThread();
        return process != null && process.isAlive();
    }

    /** How many things were passed of which the child has not said whether it takes them. */
    public int underWayCount() {
        loop.checkThread();
        return channel == null ? 0 : channel.underWayCount();
    }

    /** The loop it belongs to. */
    public Loop loop() {
        return loop;
    }

    /** {@code ChildProcess[pid 4711]}. Any thread. */
    @Override
    public String toString() {
        Process known = process;
        return "ChildProcess[" + (known == null ? "starting" : "pid " + known.pid()) + "]";
    }
}
