package dev.millrace.loop;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.kernel.IpAddress;
import dev.millrace.net.NetServer;
import dev.millrace.testing.RawClient;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Loops of a group pause, leave and come back while clients connect; one loop stays. */
@Timeout(60)
class LoopGroupChurnTest {
    private static final int LOOPS = 3;
    private static final int CLIENTS = 4;
    private static final int CONNECTIONS = 250;
    private static final String ANSWER = "served";

    private final AtomicBoolean isOver = new AtomicBoolean();
    private final CompletableFuture<Integer> port = new CompletableFuture<>();
    private final ConcurrentLinkedQueue<Throwable> failures = new ConcurrentLinkedQueue<>();

    /** What one loop does. */
    private final class Member {
        private final Loop loop;
        private final Random random;
        private NetServer server;

        Member(Loop loop, int seed) {
            this.loop = loop;
            this.random = new Random(seed);
            this.server = listen();
        }

        private NetServer listen() {
            return NetServer.create(loop, socket -> socket.end(ANSWER))
                    .listen(IpAddress.loopback(0));
        }

        private void churn() {
            if (isOver.get()) {
                server.close();
                return;
            }
            switch (random.nextInt(4)) {
                case 0 -> server.pause();
                case 1 -> server.resume();
                case 2 -> {
                    server.close();
                    server = listen();
                }
                default -> {}
            }
            loop.setTimeout(Duration.ofMillis(random.nextInt(3)), this::churn);
        }
    }

    private List<String> connect() throws Exception {
        List<String> answers = new ArrayList<>();
        for (int number = 0; number < CONNECTIONS; number++) {
            try (RawClient client = RawClient.connect(port.get())) {
                answers.add(client.readToEnd());
            }
        }
        return answers;
    }

    @Test
    @Tag("A1")
    void everyClientIsServedAsLongAsOneLoopStays() throws Exception {
        List<NetServer> staying = new ArrayList<>();
        LoopGroup group =
                LoopGroup.start(
                        LOOPS,
                        loop -> {
                            loop.onUncaught(failures::add);
                            String name = Thread.currentThread().getName();
                            Member member = new Member(loop, name.hashCode());
                            if (name.endsWith("-1")) {
                                staying.add(member.server);
                                member.server.onListening(
                                        () -> port.complete(member.server.port()));
                            } else {
                                member.churn();
                            }
                        });
        try (ExecutorService clients = Executors.newFixedThreadPool(CLIENTS)) {
            List<Callable<List<String>>> all = new ArrayList<>();
            for (int number = 0; number < CLIENTS; number++) {
                all.add(this::connect);
            }
            for (Future<List<String>> answers : clients.invokeAll(all)) {
                assertThat(answers.get()).hasSize(CONNECTIONS).containsOnly(ANSWER);
            }
        } finally {
            isOver.set(true);
            group.each(loop -> {
                if (Thread.currentThread().getName().endsWith("-1")) {
                    staying.getFirst().close();
                }
            });
        }
        group.join();
        assertThat(failures).isEmpty();
    }
}
