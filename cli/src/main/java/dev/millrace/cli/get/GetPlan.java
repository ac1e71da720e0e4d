package dev.millrace.cli.get;

import dev.millrace.http.ClientRequest;
import dev.millrace.http.HttpClientOptions;
import dev.millrace.loop.Loop;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/**
 * What {@link Fetch} does.
 *
 * @param url of http
 * @param method of the request
 * @param fields its header fields but those that frame the body
 * @param body sends it
 * @param place where the response's body goes
 * @param showsHead whether its head goes to standard output
 * @param continues whether a part that is there is completed
 * @param showsProgress whether a terminal is told how it goes on
 * @param timeMax for all of it; zero for no limit
 * @param client how it asks
 */
public record GetPlan(
        String url,
        String method,
        Map<String, List<String>> fields,
        Body body,
        Place place,
        boolean showsHead,
        boolean continues,
        boolean showsProgress,
        Duration timeMax,
        HttpClientOptions client) {

    /** Sends the body of a request. */
    @FunctionalInterface
    public interface Body {
        /** Writes it to {@code request}, and ends that. */
        void send(Loop loop, ClientRequest request, Consumer<? super IOException> failed);
    }
}
