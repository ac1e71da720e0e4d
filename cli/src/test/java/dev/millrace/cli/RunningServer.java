package dev.millrace.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.kernel.Address;
import dev.millrace.kernel.IpAddress;
import dev.millrace.loop.Loop;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import sun.misc.Signal;
import sun.misc.SignalHandler;

/** A server of the command's, in this process and on a thread of its own. */
final class RunningServer implements AutoCloseable {
    /** Bounds a failure, and nothing else. */
    static final Duration DEADLINE = Duration.ofSeconds(30);

    static final Duration NEVER = Duration.ofDays(1);
    private static final Address ANY_PORT = IpAddress.loopback(0);

    private final ServerRun run;
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final CompletableFuture<List<Address>> listening = new CompletableFuture<>();
    private final CompletableFuture<Void> ended = new CompletableFuture<>();

    private RunningServer(ServerRun run) {
        this.run = run;
    }

    static ServerOptions on(Address... addresses) {
        return new ServerOptions(List.of(addresses), 1, Optional.empty(), ListenWords.OPTIONS);
    }

    /** What is in flight at the end has {@code finishMax}. */
    static RunningServer start(Function<Loop, Service> factory, Duration finishMax) {
        return of(new ServerRun(Scheme.of("test"), on(ANY_PORT), factory, finishMax)).start();
    }

    static RunningServer of(ServerRun run) {
        return new RunningServer(run);
    }

    RunningServer start() {
        Thread.ofPlatform()
                .daemon()
                .name("test-server")
                .start(() -> {
                    try (PrintStream printed = new PrintStream(out, true, StandardCharsets.UTF_8)) {
                        run.run(printed, (loop, addresses) -> listening.complete(addresses));
                        ended.complete(null);
                    } catch (Throwable thrown) {
                        listening.completeExceptionally(thrown);
                        ended.completeExceptionally(thrown);
                    }
                });
        return this;
    }

    List<Address> addresses() {
        return within(listening);
    }

    Socket connect() throws IOException {
        IpAddress address = (IpAddress) addresses().getFirst();
        Socket socket = new Socket(InetAddress.getLoopbackAddress(), address.port());
        socket.setSoTimeout((int) DEADLINE.toMillis());
        return socket;
    }

    String printed() {
        return out.toString(StandardCharsets.UTF_8);
    }

    RunningServer stop() {
        run.stop();
        return this;
    }

    /** Waits until it has ended by itself. */
    void awaitEnd() {
        within(ended);
        assertThat(ended).isCompleted();
    }

    private static <T> T within(CompletableFuture<T> future) {
        try {
            return future.get(DEADLINE.toSeconds(), TimeUnit.SECONDS);
        } catch (InterruptedException | ExecutionException | TimeoutException e) {
            throw new AssertionError(e);
        }
    }

    /** The signals are the JVM's again. */
    @Override
    public void close() {
        run.stop();
        Signal.handle(new Signal("TERM"), SignalHandler.SIG_DFL);
        Signal.handle(new Signal("INT"), SignalHandler.SIG_DFL);
    }
}
