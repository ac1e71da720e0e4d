package dev.millrace.net;

import dev.millrace.driver.RecordingDriver;
import dev.millrace.kernel.IpAddress;
import dev.millrace.kernel.SystemError;
import dev.millrace.loop.DriverLoops;
import dev.millrace.loop.Loop;
import dev.millrace.loop.RunMode;
import dev.millrace.testing.Journal;
import dev.millrace.testing.LoopFixture;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** A server that leaves and one that stays, on one loop of the test's thread; time stands still. */
final class MovingServers implements AutoCloseable {
    final RecordingDriver driver = new RecordingDriver().withStoppedTime();
    final Loop loop = DriverLoops.on(driver);
    final Journal journal = new Journal();

    /** The connections of the first server, as it accepted them. */
    final List<NetSocket> accepted = new ArrayList<>();

    /** Outcomes that a test tells by itself. */
    final List<Consumer<? super @Nullable IOException>> outcomes = new ArrayList<>();

    final NetServer first = NetServer.create(loop, accepted::add);
    final NetServer second;

    MovingServers() {
        this(NetServerOptions.DEFAULTS);
    }

    /** With options of the second server. */
    MovingServers(NetServerOptions options) {
        second = NetServer.create(loop, options, this::came);
        first.moves().to(this::pass);
        first.listen(IpAddress.loopback(0));
        second.listen(IpAddress.loopback(0));
        until("listening", () -> first.isListening() && second.isListening());
    }

    private void came(NetSocket socket) {
        journal.add(second.moves().isTaking() ? "moved" : "accepted");
        socket.onData(data -> journal.add("second got " + StandardCharsets.UTF_8.decode(data)));
        socket.write("welcome");
    }

    /** To the second server, as a successor does. */
    void pass(NetSocket socket, Consumer<? super @Nullable IOException> outcome) {
        boolean isTaken = second.moves().take(socket);
        journal.add(isTaken ? "taken" : "refused");
        outcome.accept(isTaken ? null : new IOException("full"));
    }

    /** A successor that takes its time. */
    void hold(NetSocket socket, Consumer<? super @Nullable IOException> outcome) {
        outcomes.add(outcome);
    }

    /** A client; what comes is noted behind {@code name}. */
    NetSocket client(String name) {
        int before = accepted.size();
        NetSocket client = NetSocket.connect(loop, first.address().orElseThrow());
        client.onData(data -> journal.add(name + " got " + StandardCharsets.UTF_8.decode(data)))
                .onError(error -> journal.add(name + " " + SystemError.codeOf(error)))
                .onEnd(journal.line(name + " end"));
        until("accepted", () -> accepted.size() > before && !client.isConnecting());
        return client;
    }

    /** What the first server does with a connection that no successor has taken. */
    void back(NetSocket socket) {
        journal.add("back");
        socket.onData(data -> journal.add("first got " + StandardCharsets.UTF_8.decode(data)));
        socket.resume();
    }

    void until(String what, BooleanSupplier condition) {
        LoopFixture.pollUntil(loop, what, condition);
    }

    void until(String line) {
        until(line + " in " + journal.lines(), () -> journal.count(line) > 0);
    }

    void turns() {
        for (int turn = 0; turn < 10; turn++) {
            loop.run(RunMode.NOWAIT);
        }
    }

    @Override
    public void close() {
        loop.close();
    }
}
