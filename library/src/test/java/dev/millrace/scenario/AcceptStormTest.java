package dev.millrace.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.kernel.IpAddress;
import dev.millrace.kernel.ListenOptions;
import dev.millrace.loop.ListenHandle;
import dev.millrace.loop.Loop;
import dev.millrace.loop.RunMode;
import dev.millrace.loop.StreamHandle;
import dev.millrace.net.NetServer;
import dev.millrace.testing.Journal;
import dev.millrace.testing.LoopFixture;
import dev.millrace.testing.RawClient;
import dev.millrace.testing.RecordedEvents;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Connections that are there keep their pace while many more come. */
class AcceptStormTest {
    @Test
    @Tag("X53")
    void oneTurnAcceptsAFewAndServesTheOthers() throws IOException {
        Journal journal = new Journal();
        List<RawClient> clients = new ArrayList<>();
        try (Loop loop = Loop.create()) {
            List<StreamHandle> streams = new ArrayList<>();
            ListenHandle listener = new ListenHandle(loop, ListenOptions.DEFAULTS);
            listener.bind(IpAddress.loopback(0));
            listener.listen(streams::add);
            int port = ((IpAddress) listener.localAddress()).port();
            RawClient live = RawClient.connect(port);
            clients.add(live);
            LoopFixture.turnUntil(loop, "the first connection", () -> !streams.isEmpty());
            streams.getFirst().owner(new RecordedEvents(journal));
            streams.getFirst().readStart();
            loop.run(RunMode.NOWAIT);
            for (int count = 0; count < 100; count++) {
                clients.add(RawClient.connect(port));
            }
            live.write("ping");
            loop.run(RunMode.NOWAIT);
            assertThat(journal.lines()).containsExactly("read ping");
            assertThat(streams).as("one accepted a wake-up").hasSizeLessThanOrEqualTo(2);
        } finally {
            clients.forEach(RawClient::close);
        }
    }

    @Test
    @Tag("X53")
    @Tag("faults")
    void aStormOfConnectsDoesNotHoldUpLiveRequests() throws InterruptedException {
        AtomicBoolean isOver = new AtomicBoolean();
        AtomicInteger connects = new AtomicInteger();
        List<Long> micros = new ArrayList<>();
        try (LoopFixture fixture = new LoopFixture()) {
            NetServer server =
                    fixture.call(() ->
                            NetServer.create(fixture.loop(), socket -> socket.pipeTo(socket))
                                    .listen(IpAddress.loopback(0)));
            int port = fixture.call(server::port);
            List<Thread> storm =
                    Stream.generate(() ->
                                    Thread.ofPlatform()
                                            .unstarted(() -> {
                                                while (!isOver.get()) {
                                                    RawClient.connect(port).reset();
                                                    connects.incrementAndGet();
                                                }
                                            }))
                            .limit(4)
                            .toList();
            try (RawClient live = RawClient.connect(port)) {
                live.write("ping").read(4);
                storm.forEach(Thread::start);
                while (connects.get() < 20_000) {
                    long start = System.nanoTime();
                    live.write("ping").read(4);
                    micros.add(TimeUnit.NANOSECONDS.toMicros(System.nanoTime() - start));
                }
            } finally {
                isOver.set(true);
                for (Thread thread : storm) {
                    thread.join();
                }
            }
        }
        micros.sort(null);
        assertThat(micros.get(micros.size() * 99 / 100))
                .as("p99 of %d pings in microseconds", micros.size())
                .isLessThan(50_000);
    }
}
