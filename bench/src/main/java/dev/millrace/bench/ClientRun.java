package dev.millrace.bench;

import com.sun.management.OperatingSystemMXBean;
import dev.millrace.http.HttpClient;
import dev.millrace.http.HttpClientOptions;
import dev.millrace.http.HttpPoolLimits;
import dev.millrace.loop.Loop;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.Locale;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * What a GET costs the process of a client: this project's, or that of java.net.http. Prints CPU
 * microseconds a request, compiler and collector included, and bytes allocated by the loop's thread
 * where there is one.
 *
 * <p>{@code ClientRun millrace|java URI REQUESTS CONNECTIONS ROUNDS}; the first round warms up.
 */
public final class ClientRun {
    private static final OperatingSystemMXBean MACHINE =
            ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class);

    private ClientRun() {}

    public static void main(String[] args) throws Exception {
        int requests = Integer.parseInt(args[2]);
        int connections = Integer.parseInt(args[3]);
        int rounds = Integer.parseInt(args[4]);
        for (int round = 0; round <= rounds; round++) {
            long cpu = MACHINE.getProcessCpuTime();
            long start = System.nanoTime();
            long allocated =
                    args[0].equals("java")
                            ? java(args[1], requests, connections)
                            : millrace(args[1], requests, connections);
            double micros = (MACHINE.getProcessCpuTime() - cpu) / 1e3 / requests;
            double seconds = (System.nanoTime() - start) / 1e9;
            System.out.printf(
                    Locale.ROOT,
                    "%s %s: %.2f us CPU/request, %.0f requests/s%s%n",
                    args[0],
                    round == 0 ? "warm-up" : "round " + round,
                    micros,
                    requests / seconds,
                    allocated < 0 ? "" : ", " + allocated / requests + " B/request");
        }
    }

    private static long millrace(String uri, int requests, int connections) {
        var threads = (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
        long before = threads.getCurrentThreadAllocatedBytes();
        Loop.run(loop -> {
            HttpPoolLimits pool =
                    HttpPoolLimits.DEFAULTS
                            .withMaxSockets(connections)
                            .withMaxFreeSockets(connections);
            HttpClient client = HttpClient.create(loop, HttpClientOptions.DEFAULTS.withPool(pool));
            new Chain(client, uri, requests).start(connections);
        });
        return threads.getCurrentThreadAllocatedBytes() - before;
    }

    /** As many requests at a time as there are connections, each with its whole body read. */
    private static final class Chain {
        private final HttpClient client;
        private final String uri;
        private int left;
        private int open;

        Chain(HttpClient client, String uri, int requests) {
            this.client = client;
            this.uri = uri;
            this.left = requests;
        }

        void start(int connections) {
            open = connections;
            for (int at = 0; at < connections; at++) {
                next();
            }
        }

        private void next() {
            if (left-- > 0) {
                client.request("GET", uri)
                        .onResponse(response -> {
                            int[] length = {0};
                            response.onBytes(
                                            (array, offset, count) -> {
                                                length[0] += count;
                                                return count;
                                            })
                                    .onEnd(() -> check(response.status(), length[0]));
                        })
                        .end();
            } else if (--open == 0) {
                client.close();
            }
        }

        private void check(int status, int length) {
            if (status != 200 || length == 0) {
                throw new IllegalStateException("status " + status + ", " + length + " bytes");
            }
            next();
        }
    }

    private static long java(String uri, int requests, int connections) throws Exception {
        try (java.net.http.HttpClient client =
                java.net.http.HttpClient.newBuilder()
                        .version(java.net.http.HttpClient.Version.HTTP_1_1)
                        .build()) {
            HttpRequest request = HttpRequest.newBuilder(URI.create(uri)).build();
            AtomicInteger left = new AtomicInteger(requests);
            CountDownLatch open = new CountDownLatch(connections);
            for (int at = 0; at < connections; at++) {
                send(client, request, left, open);
            }
            open.await();
        }
        return -1;
    }

    private static void send(
            java.net.http.HttpClient client,
            HttpRequest request,
            AtomicInteger left,
            CountDownLatch open) {
        if (left.getAndDecrement() <= 0) {
            open.countDown();
            return;
        }
        client.sendAsync(request, BodyHandlers.ofByteArray())
                .whenComplete((response, thrown) -> {
                    if (thrown != null || response.statusCode() != 200) {
                        throw new IllegalStateException(new IOException("no response", thrown));
                    }
                    send(client, request, left, open);
                });
    }
}
