package dev.millrace.web;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.http.HttpFixture;
import dev.millrace.http.HttpHandler;
import dev.millrace.http.RawHttp;
import dev.millrace.http.RawHttp.Answer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Parts of forms that go into files, and do not get there. */
@Timeout(30)
class MultipartFilesTest {
    @TempDir private Path folder;

    private static Answer post(HttpHandler handler, String request) throws IOException {
        try (var fixture = HttpFixture.serve(handler);
                RawHttp client = fixture.connect()) {
            return client.send(request).answer();
        }
    }

    @Test
    void aFileThatIsNotComplete() throws IOException {
        HttpHandler handler =
                (request, response) ->
                        Multipart.read(request, part -> part.saveTo(folder.resolve("x")))
                                .thenAccept(sizes -> response.end());
        try (var fixture = HttpFixture.serve(handler);
                RawHttp client = fixture.connect()) {
            String part = MultipartTest.form("f", "y".repeat(100_000));
            client.send(part.substring(0, part.length() - 20));
            fixture.until(() -> Files.exists(folder.resolve("x")));
            client.reset();
            fixture.untilEmpty();
            fixture.until(() -> !Files.exists(folder.resolve("x")));
            assertThat(fixture.handlerErrorCount()).isZero();
        }
    }

    /** The form breaks off in the callback that begins the file, so before any answer of a disk. */
    @Test
    void aFileThatIsGivenUpWhileItIsOpened() throws IOException {
        List<CompletionStage<Long>> saved = new ArrayList<>();
        HttpHandler handler =
                (request, response) ->
                        Multipart.read(
                                request,
                                part -> {
                                    saved.add(part.saveTo(folder.resolve("x")));
                                    part.destroy();
                                    return saved.getFirst();
                                });
        try (var fixture = HttpFixture.serve(handler);
                RawHttp client = fixture.connect()) {
            client.send(MultipartTest.form("f", "abc"));
            fixture.until(
                    () -> !saved.isEmpty() && saved.getFirst().toCompletableFuture().isDone());
            assertThat(saved.getFirst().toCompletableFuture()).isCompletedExceptionally();
            assertThat(folder.resolve("x")).doesNotExist();
        }
    }

    @Test
    void aFileThatCanNotBeWrittenFailsTheForm() throws IOException {
        HttpHandler handler =
                (request, response) ->
                        Multipart.read(request, part -> part.saveTo(folder.resolve("no/x")))
                                .thenAccept(sizes -> response.end())
                                .exceptionally(failure -> {
                                    response.status(507).end("" + failure.getMessage());
                                    return null;
                                });
        Answer answer = post(handler, MultipartTest.form("f", "y".repeat(100_000), "", "z"));
        assertThat(answer.status()).isEqualTo(507);
        assertThat(answer.text()).contains("ENOENT");
        try (Stream<Path> files = Files.list(folder)) {
            assertThat(files).isEmpty();
        }
    }
}
