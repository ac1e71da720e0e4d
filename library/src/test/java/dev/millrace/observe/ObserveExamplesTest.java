package dev.millrace.observe;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.kernel.IpAddress;
import dev.millrace.net.NetServer;
import dev.millrace.net.NetSocket;
import dev.millrace.testing.LoopFixture;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.atomic.LongAdder;
import org.junit.jupiter.api.Test;

/** What the Javadoc of observation shows, compiled and run. */
class ObserveExamplesTest {
    // @start region="observer"
    static final class Connections implements LoopObserver {
        final LongAdder accepted = new LongAdder();
        final LongAdder failed = new LongAdder();

        @Override
        public void onAccept(LoopEvent event) {
            accepted.increment();
        }

        @Override
        public void onClose(LoopEvent event) {
            event.error().ifPresent(error -> failed.increment());
        }
    }

    // @end

    @Test
    void counting() {
        Connections counts = new Connections();
        // @start region="add"
        try (var observation = Observation.add(counts)) {
            serveOne();
        }
        // @end
        assertThat(counts.accepted.sum()).isPositive();
    }

    @Test
    void printing() {
        List<String> lines = Collections.synchronizedList(new ArrayList<>());
        // @start region="event"
        LoopObserver printer =
                new LoopObserver() {
                    @Override
                    public void onAccept(LoopEvent event) {
                        lines.add(event.role() + " #" + event.id() + " by #" + event.cause());
                    }
                };
        // @end
        try (var observation = Observation.add(printer)) {
            serveOne();
        }
        assertThat(lines).anyMatch(line -> line.matches("TCP #\\d+ by #\\d+"));
    }

    @Test
    void following() {
        List<String> log = new ArrayList<>();
        try (var observation = Observation.add(new Connections())) {
            LoopFixture.run(loop -> {
                // @start region="cause"
                NetServer server =
                        NetServer.create(
                                loop,
                                socket -> {
                                    Runnable work = () -> log.add("working for #" + Cause.id());
                                    loop.setTimeout(Duration.ZERO, work);
                                    loop.offload(() -> "off the loop, for #" + Cause.id())
                                            .thenAccept(log::add);
                                    socket.destroySoon();
                                });
                // @end
                server.listen(IpAddress.loopback(0))
                        .onListening(() -> {
                            NetSocket.connect(loop, server.address().orElseThrow())
                                    .onClose(server::close)
                                    .resume();
                        });
            });
        }
        assertThat(log).hasSize(2);
    }

    // @start region="identified"
    /** What a driver's events reach, in a protocol of one's own. */
    record Session(long id) implements Identified {
        Session() {
            this(Observation.newId());
        }
    }

    // @end

    @Test
    void sessionsHaveNumbers() {
        assertThat(new Session().id()).isLessThan(new Session().id());
    }

    private static void serveOne() {
        LoopFixture.run(loop -> {
            NetServer server = NetServer.create(loop);
            server.onConnection(socket -> {
                socket.destroy();
                server.close();
            });
            server.onListening(() ->
                    NetSocket.connect(loop, server.address().orElseThrow())
                            .onError(reset -> {})
                            .resume());
            server.listen(IpAddress.loopback(0));
        });
    }
}
