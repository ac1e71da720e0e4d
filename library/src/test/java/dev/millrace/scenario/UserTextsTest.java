package dev.millrace.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.kernel.IpAddress;
import dev.millrace.kernel.ListenOptions;
import dev.millrace.kernel.UdpOptions;
import dev.millrace.loop.AsyncHandle;
import dev.millrace.loop.Immediate;
import dev.millrace.loop.ListenHandle;
import dev.millrace.loop.Loop;
import dev.millrace.loop.LoopGroup;
import dev.millrace.loop.PhaseHandle;
import dev.millrace.loop.Request;
import dev.millrace.loop.RunMode;
import dev.millrace.loop.SignalHandle;
import dev.millrace.loop.StallDetector;
import dev.millrace.loop.StreamEvents;
import dev.millrace.loop.StreamHandle;
import dev.millrace.loop.TimerHandle;
import dev.millrace.loop.UdpEvents;
import dev.millrace.loop.UdpHandle;
import dev.millrace.loop.Work;
import dev.millrace.loop.WorkPool;
import dev.millrace.net.NetServer;
import dev.millrace.net.NetSocket;
import dev.millrace.testing.LoopFixture;
import dev.millrace.testing.Specimens;
import dev.millrace.udp.UdpSocket;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the objects that a user holds say of themselves, in several states. */
class UserTextsTest {
    private final Loop loop = Loop.create();
    private final String thread = Thread.currentThread().getName();

    @AfterEach
    void close() {
        loop.close();
    }

    /** Runs what is due, the closing phase for instance. */
    private void turn() {
        loop.run(RunMode.NOWAIT);
    }

    @Test
    void aLoop() {
        assertThat(loop).hasToString("Loop[" + thread + ", 0 handles]");
        loop.setTimeout(Duration.ofHours(1), () -> {});
        AsyncHandle wakeUp = new AsyncHandle(loop, () -> {});
        assertThat(loop).hasToString("Loop[" + thread + ", 2 handles]");
        wakeUp.unref();
        assertThat(loop).hasToString("Loop[" + thread + ", 1 handles]");
        loop.close();
        assertThat(loop).hasToString("Loop[" + thread + ", closed]");
    }

    @Test
    void aTimer() {
        TimerHandle timer = new TimerHandle(loop);
        assertThat(timer).hasToString("TimerHandle[open]");
        timer.start(Duration.ofMillis(400_000), Duration.ofMillis(250), () -> {});
        assertThat(timer).hasToString("TimerHandle[active, due in 400000 ms, every 250 ms]");
        timer.unref();
        timer.stop();
        assertThat(timer).hasToString("TimerHandle[open, unreferenced, every 250 ms]");
        timer.close();
        assertThat(timer.toString()).startsWith("TimerHandle[closing, ");
        turn();
        assertThat(timer.toString()).startsWith("TimerHandle[closed, ");
    }

    @Test
    void theOtherHandles() throws IOException {
        assertThat(new PhaseHandle(loop, PhaseHandle.Phase.IDLE))
                .hasToString("PhaseHandle[open, IDLE]");
        SignalHandle signal = new SignalHandle(loop);
        assertThat(signal).hasToString("SignalHandle[open]");
        signal.start("USR1", name -> {});
        assertThat(signal).hasToString("SignalHandle[active, SIGUSR1]");
        assertThat(new StreamHandle(loop, Specimens.stub(StreamEvents.class)))
                .hasToString("StreamHandle[open, read 0 B, written 0 B, queued 0 B]");
        ListenHandle listener = new ListenHandle(loop, ListenOptions.DEFAULTS);
        assertThat(listener).hasToString("ListenHandle[open]");
        listener.bind(IpAddress.loopback(0));
        assertThat(listener).hasToString("ListenHandle[open, 127.0.0.1:0]");
        String asked = "" + listener.localAddress();
        assertThat(listener).hasToString("ListenHandle[open, " + asked + "]");
        UdpHandle datagrams =
                new UdpHandle(loop, UdpOptions.DEFAULTS, Specimens.stub(UdpEvents.class));
        assertThat(datagrams).hasToString("UdpHandle[open, queued 0 B]");
        datagrams.connect(IpAddress.loopback(9));
        assertThat(datagrams).hasToString("UdpHandle[open, ? -> 127.0.0.1:9, queued 0 B]");
    }

    @Test
    void whatALoopIsGiven() throws Exception {
        Immediate immediate = loop.setImmediate(() -> {});
        assertThat(immediate).hasToString("Immediate[waiting]");
        turn();
        assertThat(immediate).hasToString("Immediate[over]");
        Work<String> work = loop.offload(task -> {}, () -> "");
        assertThat(work).hasToString("Work[pending]");
        work.cancel();
        assertThat(work).hasToString("Work[cancelled]");
        assertThat(loop.offload(Runnable::run, () -> ""))
                .satisfies(done -> {
                    LoopFixture.pollUntil(loop, "the outcome", done::isDone);
                    assertThat(done).hasToString("Work[done]");
                });
        assertThat(new Request(error -> {})).hasToString("Request[free]");
        assertThat(new WorkPool("text", 2, 1)).hasToString("WorkPool[2 threads, 0 waiting]");
        StallDetector detector = StallDetector.start(loop, Duration.ofHours(1), stall -> {});
        assertThat(detector).hasToString("StallDetector[" + thread + ", 3600000 ms]");
        detector.close();
        assertThat(detector).hasToString("StallDetector[closed, " + thread + ", 3600000 ms]");
        LoopGroup group = LoopGroup.start(2, one -> one.setImmediate(() -> {}));
        group.join();
        assertThat(group).hasToString("LoopGroup[2 loops, 0 running]");
    }

    @Test
    void aServerAndItsSockets(@TempDir Path folder) {
        List<NetSocket> accepted = new ArrayList<>();
        NetServer server = NetServer.create(loop, accepted::add);
        assertThat(server).hasToString("NetServer[created, 0 connections]");
        server.listen(IpAddress.loopback(0));
        assertThat(server).hasToString("NetServer[opening, 0 connections]");
        LoopFixture.pollUntil(loop, "listening", server::isListening);
        String place = "127.0.0.1:" + server.port();
        assertThat(server).hasToString("NetServer[listening tcp://" + place + ", 0 connections]");
        NetSocket client = NetSocket.connect(loop, server.address().orElseThrow());
        assertThat(client)
                .hasToString(
                        "NetSocket[connecting, ? -> "
                                + place
                                + ", read 0 B, written 0 B, queued 0 B]");
        client.write("hello");
        LoopFixture.pollUntil(
                loop,
                "the bytes",
                () -> !accepted.isEmpty() && accepted.getFirst().bytesRead() == 5);
        NetSocket peer = accepted.getFirst();
        String own = "" + client.localAddress().orElseThrow();
        String counts = ", read 0 B, written 5 B, queued 0 B]";
        assertThat(client).hasToString("NetSocket[open, " + own + " -> " + place + counts);
        assertThat(peer).hasToString("NetSocket[open, read 5 B, written 0 B, queued 0 B]");
        assertThat(server).hasToString("NetServer[listening tcp://" + place + ", 1 connections]");
        client.unref().destroy();
        assertThat(client.toString()).startsWith("NetSocket[destroyed, unreferenced, " + own);
        turn();
        assertThat(client.toString()).startsWith("NetSocket[closed, unreferenced, " + own);
        assertThat(client.isDestroyed()).as("for ever").isTrue();
        peer.destroy();
        server.close();
        assertThat(server).hasToString("NetServer[closing tcp://" + place + ", 0 connections]");
        NetServer unix = NetServer.create(loop).listen("" + folder.resolve("s"));
        LoopFixture.pollUntil(loop, "listening", unix::isListening);
        assertThat(unix)
                .hasToString(
                        "NetServer[listening unix:" + folder.resolve("s") + ", 0 connections]");
        turn();
        assertThat(server).hasToString("NetServer[closed tcp://" + place + ", 0 connections]");
    }

    @Test
    void aDatagramSocket() {
        UdpSocket socket = UdpSocket.create(loop);
        assertThat(socket).hasToString("UdpSocket[created, queued 0 B]");
        socket.bind(IpAddress.loopback(0));
        assertThat(socket).hasToString("UdpSocket[opening, queued 0 B]");
        LoopFixture.pollUntil(loop, "open", () -> socket.address().isPresent());
        String place = "" + socket.address().orElseThrow();
        assertThat(socket).hasToString("UdpSocket[open, " + place + ", queued 0 B]");
        socket.close();
        assertThat(socket).hasToString("UdpSocket[closing, " + place + ", queued 0 B]");
        turn();
        assertThat(socket).hasToString("UdpSocket[closed, " + place + ", queued 0 B]");
    }

    /** Fresh, on a loop that runs no more, and closed with it: a text is always to be had. */
    @Test
    void anyThreadGetsATextInAnyState() {
        loop.onUncaught(refused -> {});
        List<Object> specimens = new ArrayList<>();
        for (Class<?> type : Specimens.types(loop)) {
            specimens.add(Specimens.make(type, loop));
        }
        expectTexts(specimens);
        turn();
        expectTexts(specimens);
        loop.close();
        expectTexts(specimens);
    }

    private static void expectTexts(List<Object> specimens) {
        CompletableFuture<List<String>> texts = new CompletableFuture<>();
        Thread.startVirtualThread(() -> {
            try {
                texts.complete(specimens.stream().map(Object::toString).toList());
            } catch (Throwable thrown) {
                texts.completeExceptionally(thrown);
            }
        });
        List<String> lines = texts.join();
        for (int at = 0; at < lines.size(); at++) {
            String name = specimens.get(at).getClass().getSimpleName();
            assertThat(lines.get(at)).matches(name + "\\[[^\n@]+]");
        }
    }
}
