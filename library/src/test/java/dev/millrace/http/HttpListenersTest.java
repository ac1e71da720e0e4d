package dev.millrace.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.testing.RawClient;
import dev.millrace.testing.Specimens;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The request and the response of one exchange: every listener twice, and from other threads. */
class HttpListenersTest {
    /** Several are told of an end; of those for bytes the last one counts. */
    private static final String TAKES_ANOTHER =
            "on(PeerEnd|Close|Error|Finish|End|Data|Bytes|Frames)";

    @Test
    @Tag("X84")
    void aSecondListenerIsRefusedWhereOneIsMeant() {
        List<Method> methods = new ArrayList<>();
        for (Class<?> type : List.of(ServerRequest.class, ServerResponse.class)) {
            Specimens.methods(type).stream()
                    .filter(method -> method.getName().matches("on[A-Z].*"))
                    .forEach(methods::add);
        }
        assertThat(methods).hasSizeGreaterThan(6);
        for (Method method : methods) {
            CompletableFuture<String> outcome = new CompletableFuture<>();
            HttpHandler handler =
                    (request, response) -> {
                        Object target =
                                method.getDeclaringClass().isInstance(request) ? request : response;
                        outcome.complete(call(method, target) + ", " + call(method, target));
                        response.end("ok");
                    };
            try (HttpFixture server = HttpFixture.serve(handler);
                    RawClient client = RawClient.connect(server.port())) {
                client.write("GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n").readToEnd();
                assertThat(outcome.join())
                        .as(method.toString())
                        .isEqualTo(
                                method.getName().matches(TAKES_ANOTHER)
                                        ? "taken, taken"
                                        : "taken, IllegalStateException");
            }
        }
    }

    /** The head never changes, so any thread may read it: work off the loop for instance. */
    private static final List<String> ANY_THREAD =
            List.of(
                    "method",
                    "target",
                    "path",
                    "rawPath",
                    "pathBytes",
                    "rawQuery",
                    "query",
                    "query",
                    "queryAll",
                    "loop",
                    "authority",
                    "version",
                    "headers",
                    "header",
                    "contentLength",
                    "toString");

    @Test
    @Tag("X82")
    void everythingButTheHeadIsRefusedOnAForeignThread() {
        CompletableFuture<List<String>> accepted = new CompletableFuture<>();
        HttpHandler handler =
                (request, response) -> {
                    List<String> found = new ArrayList<>();
                    for (Object target : List.of(request, response)) {
                        for (Method method : Specimens.methods(target.getClass())) {
                            CompletableFuture<String> outcome = new CompletableFuture<>();
                            Thread.startVirtualThread(() -> outcome.complete(call(method, target)));
                            if (!outcome.join().equals("WrongThreadException")) {
                                found.add(method.getName());
                            }
                        }
                    }
                    accepted.complete(found);
                    response.end("ok");
                };
        try (var fixture = HttpFixture.serve(handler);
                RawClient client = RawClient.connect(fixture.port())) {
            client.write("GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n").readToEnd();
            List<String> expected = new ArrayList<>(ANY_THREAD);
            expected.add("toString");
            expected.add("loop");
            assertThat(accepted.join()).containsExactlyInAnyOrderElementsOf(expected);
        }
    }

    private static String call(Method method, Object target) {
        try {
            method.setAccessible(true);
            method.invoke(target, Specimens.arguments(method));
            return "taken";
        } catch (InvocationTargetException e) {
            return e.getCause().getClass().getSimpleName();
        } catch (IllegalAccessException e) {
            throw new AssertionError(e);
        }
    }
}
