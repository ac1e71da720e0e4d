package dev.millrace.cluster;

import dev.millrace.http.HttpClient;
import dev.millrace.kernel.IpAddress;
import dev.millrace.loop.Loop;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Requests without end over connections that are kept, a few at a time, and what came of them. */
final class KeepAliveLoad implements AutoCloseable {
    final List<String> failures = new ArrayList<>();

    /** How many responses came of each worker. */
    final Map<String, Integer> served = new TreeMap<>();

    int count;
    private final HttpClient client;
    private final String uri;
    private boolean isOver;

    KeepAliveLoad(Loop loop, IpAddress address, int atOnce) {
        this.client = HttpClient.create(loop);
        this.uri = "http://127.0.0.1:" + address.port() + "/";
        for (int number = 0; number < atOnce; number++) {
            next();
        }
    }

    private void next() {
        client.get(uri)
                .thenCompose(response -> response.text(100))
                .whenComplete((text, failure) -> {
                    if (isOver) {
                        return;
                    }
                    count++;
                    if (failure == null) {
                        served.merge(text.strip(), 1, Integer::sum);
                    } else {
                        failures.add(failure.toString());
                    }
                    next();
                });
    }

    @Override
    public void close() {
        isOver = true;
        client.close();
    }
}
