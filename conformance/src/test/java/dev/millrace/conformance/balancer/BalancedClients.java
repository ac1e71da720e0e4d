package dev.millrace.conformance.balancer;

import dev.millrace.http.ClientResponse;
import dev.millrace.http.HttpClient;
import dev.millrace.http.HttpClientOptions;
import dev.millrace.kernel.IpAddress;
import dev.millrace.loop.Loop;
import dev.millrace.net.NetSocketOptions;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * Clients with an address each, which ask one after the other, and look whether the response knows
 * whom it is for.
 */
final class BalancedClients implements AutoCloseable {
    private final Map<Integer, CompletableFuture<Void>> counts = new HashMap<>();
    private final Map<Long, CompletableFuture<Void>> servers = new HashMap<>();
    private final List<String> failures = new ArrayList<>();
    private final Set<Long> seen = new HashSet<>();
    private final CompletableFuture<Void> ended = new CompletableFuture<>();
    private final String uri;
    private int count;
    private boolean isOver;

    BalancedClients(int port, int clients) {
        this.uri = "http://127.0.0.1:" + port + "/";
        Thread.ofPlatform()
                .daemon()
                .start(() -> {
                    try {
                        Loop.run(loop -> {
                            for (int client = 0; client < clients; client++) {
                                begin(loop, "127.0.1." + (client + 1));
                            }
                        });
                        ended.complete(null);
                    } catch (Throwable thrown) {
                        ended.completeExceptionally(thrown);
                    }
                });
    }

    private void begin(Loop loop, String address) {
        NetSocketOptions from = NetSocketOptions.DEFAULTS.withLocal(IpAddress.of(address, 0));
        ask(HttpClient.create(loop, HttpClientOptions.DEFAULTS.withNet(from)), address);
    }

    private void ask(HttpClient client, String address) {
        client.get(uri)
                .thenCompose(response -> text(response))
                .whenComplete((text, failure) -> {
                    note(address, text, failure);
                    if (isOver()) {
                        client.close();
                    } else {
                        ask(client, address);
                    }
                });
    }

    private static CompletionStage<String> text(ClientResponse response) {
        return response.text(1000).thenApply(text -> response.status() + " " + text);
    }

    private synchronized void note(String address, String text, Throwable failure) {
        count++;
        String[] part = failure == null ? text.split(" ") : new String[0];
        if (part.length == 3 && part[0].equals("200") && part[2].equals(address)) {
            long pid = Long.parseLong(part[1]);
            if (seen.add(pid)) {
                servers.computeIfAbsent(pid, unused -> new CompletableFuture<>()).complete(null);
            }
        } else {
            failures.add(count + " of " + address + ": " + (failure == null ? text : failure));
        }
        CompletableFuture<Void> reached = counts.get(count);
        if (reached != null) {
            reached.complete(null);
        }
    }

    private synchronized boolean isOver() {
        return isOver;
    }

    /** Ends with the {@code wanted}th response. */
    synchronized CompletableFuture<Void> after(int wanted) {
        CompletableFuture<Void> reached =
                counts.computeIfAbsent(wanted, unused -> new CompletableFuture<>());
        if (count >= wanted) {
            reached.complete(null);
        }
        return reached;
    }

    /** Ends with the first response of a process. */
    synchronized CompletableFuture<Void> servedBy(long pid) {
        return servers.computeIfAbsent(pid, unused -> new CompletableFuture<>());
    }

    synchronized int count() {
        return count;
    }

    /** How many processes have served. */
    synchronized int serverCount() {
        return seen.size();
    }

    synchronized List<String> failures() {
        return List.copyOf(failures);
    }

    /** Lets each client have its last response. */
    @Override
    public void close() {
        synchronized (this) {
            isOver = true;
        }
        ended.join();
    }
}
