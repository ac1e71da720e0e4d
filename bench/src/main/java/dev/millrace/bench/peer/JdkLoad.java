package dev.millrace.bench.peer;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.LongAdder;

/**
 * The load of {@code bench/load} by Java's own client: {@code URL CONNECTIONS WARM_UP SECONDS}, and
 * one line of JSON. It runs from its source.
 */
public final class JdkLoad {
    private static final int OK = 200;
    private static final int WARM = 50_000;
    private static final int WARM_TENTHS_MAX = 300;

    private final HttpClient client =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final HttpRequest request;
    private final LongAdder responses = new LongAdder();
    private final AtomicBoolean isOver = new AtomicBoolean();

    private JdkLoad(String url) {
        request = HttpRequest.newBuilder(URI.create(url)).build();
    }

    /** Asks again and again, one request at a time. */
    private void ask() {
        client.sendAsync(request, HttpResponse.BodyHandlers.ofByteArray())
                .whenComplete((response, failure) -> {
                    if (isOver.get()) {
                        return;
                    }
                    if (failure != null
                            || response.statusCode() != OK
                            || response.body().length == 0) {
                        System.err.println("failed: " + failure);
                        System.exit(1);
                    }
                    responses.increment();
                    ask();
                });
    }

    /** On a busy machine time alone does not make the compiler see enough. */
    private void awaitWarm() throws InterruptedException {
        for (int tenths = 0; tenths < WARM_TENTHS_MAX && responses.sum() < WARM; tenths++) {
            Thread.sleep(Duration.ofMillis(100));
        }
    }

    private static Duration cpu() {
        return ProcessHandle.current().info().totalCpuDuration().orElse(Duration.ZERO);
    }

    /** Runs it. */
    public static void main(String[] args) throws InterruptedException {
        JdkLoad load = new JdkLoad(args[0]);
        for (int connection = Integer.parseInt(args[1]); connection > 0; connection--) {
            load.ask();
        }
        Thread.sleep(Duration.ofSeconds(Integer.parseInt(args[2])));
        load.awaitWarm();
        long before = load.responses.sum();
        Duration cpuBefore = cpu();
        long start = System.nanoTime();
        Thread.sleep(Duration.ofSeconds(Integer.parseInt(args[3])));
        long count = load.responses.sum() - before;
        long elapsed = System.nanoTime() - start;
        long cpu = cpu().minus(cpuBefore).toNanos();
        load.isOver.set(true);
        System.out.printf(
                "{\"responses\": %d, \"elapsedNanos\": %d, \"cpuNanos\": %d}%n",
                count, elapsed, cpu);
        System.exit(0);
    }
}
