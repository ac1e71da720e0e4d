package dev.millrace.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.files.FileInput;
import dev.millrace.files.FileOutput;
import dev.millrace.files.FileRange;
import dev.millrace.http.HttpHandler;
import dev.millrace.http.HttpServer;
import dev.millrace.http.ServerResponse;
import dev.millrace.kernel.IpAddress;
import dev.millrace.kernel.SystemError;
import dev.millrace.testing.Journal;
import dev.millrace.testing.Kernel;
import dev.millrace.testing.LoopFixture;
import dev.millrace.testing.RawClient;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Files that are sent as responses, and requests that become files. */
class FilesOverHttpTest {
    private static final int LARGE = 48 << 20;

    @TempDir private Path folder;

    private final LoopFixture fixture = new LoopFixture();
    private final Journal journal = new Journal();
    private final List<FileInput> inputs = new ArrayList<>();
    private final List<ServerResponse> responses = new ArrayList<>();
    private final List<FileOutput> outputs = new ArrayList<>();
    private HttpServer server;
    private Path path;

    @BeforeEach
    void name() throws IOException {
        path = folder.toRealPath().resolve("file");
    }

    @AfterEach
    void close() {
        if (server != null) {
            fixture.act(() -> {
                server.close();
                server.closeAllConnections();
            });
        }
        fixture.awaitEnd();
        Kernel.await(
                "every file to be closed",
                () -> Kernel.descriptors(folder.toAbsolutePath().toString()).isEmpty());
    }

    private RawClient connect(HttpHandler handler) {
        server =
                fixture.call(() ->
                        HttpServer.create(fixture.loop(), handler).listen(IpAddress.loopback(0)));
        int port = fixture.call(() -> server.net().port());
        return RawClient.connect(port, "127.0.0.1", 64 << 10);
    }

    /** With a Content-Length, and 404 for a file that can't be opened. */
    private RawClient download(Function<LoopFixture, FileInput> opening) {
        return connect((request, response) -> {
            FileInput input = opening.apply(fixture);
            inputs.add(input);
            responses.add(response);
            input.onOpen(
                    () -> response.header("Content-Length", "" + input.length().orElseThrow()));
            input.onError(error -> {
                journal.add(SystemError.codeOf(error));
                response.fail(404, error);
            });
            input.onClose(journal.line("input closed"));
            response.onClose(journal.line("response closed"));
            input.pipelineTo(response);
        });
    }

    private FileInput open(LoopFixture on) {
        return FileInput.open(on.loop(), path);
    }

    private static void ask(RawClient client) {
        client.write("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
    }

    private static String head(RawClient client) {
        StringBuilder head = new StringBuilder();
        while (head.indexOf("\r\n\r\n") < 0) {
            head.append(client.readText(1));
        }
        return head.toString();
    }

    @Test
    void aFileIsTheBodyOfAResponseAndTheConnectionIsKept() throws IOException {
        byte[] bytes = RawClient.pattern(300_000);
        Files.write(path, bytes);
        try (RawClient client =
                download(on -> FileInput.open(on.loop(), path, new FileRange(0, 300_000)))) {
            for (int count = 0; count < 3; count++) {
                ask(client);
                assertThat(head(client)).contains(" 200 ", "Content-Length: 300000");
                assertThat(client.read(bytes.length)).isEqualTo(bytes);
            }
        }
        assertThat(journal.lines()).doesNotContain("ENOENT");
    }

    @Test
    void aFileThatCantBeOpenedCanBeAnsweredOtherwise() {
        try (RawClient client = download(this::open)) {
            ask(client);
            assertThat(client.readToEnd())
                    .startsWith("HTTP/1.1 404 ")
                    .endsWith("404 Not Found ENOENT\n");
        }
        journal.await("input closed");
        assertThat(journal.lines().getFirst()).isEqualTo("ENOENT");
    }

    /** The one before it is still to be answered, on the same connection. */
    @Test
    void aFileThatCantBeOpenedLeavesOtherResponsesAlone() {
        HttpHandler handler =
                (request, response) -> {
                    if (request.target().equals("/slow")) {
                        responses.add(response);
                        return;
                    }
                    open(fixture)
                            .onError(error -> response.fail(404, error))
                            .onClose(journal.line("input closed"))
                            .pipelineTo(response);
                };
        try (RawClient client = connect(handler)) {
            client.write("GET /slow HTTP/1.1\r\nHost: a\r\n\r\n");
            ask(client);
            journal.await("input closed");
            fixture.act(() -> responses.getFirst().end("at last"));
            assertThat(client.readToEnd())
                    .startsWith("HTTP/1.1 200 ")
                    .contains("at lastHTTP/1.1 404 ")
                    .endsWith("404 Not Found ENOENT\n");
        }
    }

    /** A client that does not read costs a piece, and what the kernel holds. */
    @Test
    void aSlowClientHoldsTheFileBack() throws IOException {
        Files.write(path, RawClient.pattern(LARGE));
        try (RawClient client = download(this::open)) {
            ask(client);
            assertThat(head(client)).contains("Content-Length: " + LARGE);
            Kernel.await("the file to be held back", () -> fixture.call(() -> isHeldBack()));
            assertThat(fixture.<Long>call(() -> inputs.getFirst().bytesRead()))
                    .isLessThan(LARGE / 2);
            // In the heap, or still in the file.
            assertThat(fixture.<Long>call(() -> responses.getFirst().socket().queuedBytes()))
                    .isLessThanOrEqualTo(1 << 20);
            assertThat(RawClient.isPattern(client.read(LARGE))).isTrue();
        }
        journal.await("input closed");
    }

    private boolean isHeldBack() {
        return inputs.getFirst().isPaused() || responses.getFirst().socket().queuedBytes() > 0;
    }

    @Test
    void aClientThatLeavesClosesTheFile() throws IOException {
        Files.write(path, RawClient.pattern(LARGE));
        RawClient client = download(this::open);
        ask(client);
        head(client);
        client.reset();
        journal.await("input closed");
        journal.await("response closed");
        assertThat(Kernel.descriptors(path.toString())).isEmpty();
    }

    @Test
    void aFileThatBecomesShorterCutsTheResponse() throws IOException {
        Files.write(path, RawClient.pattern(LARGE));
        try (RawClient client = download(this::open)) {
            ask(client);
            head(client);
            Kernel.await("the file to be held back", () -> fixture.call(() -> isHeldBack()));
            Files.write(path, new byte[10]);
            assertThat(client.readToEnd().length()).isLessThan(LARGE);
        }
        journal.await("ENODATA");
        journal.await("input closed");
    }

    /** The client gets 201 when the file has everything. */
    private RawClient upload(Path to) {
        return connect((request, response) -> {
            FileOutput output = FileOutput.create(fixture.loop(), to);
            outputs.add(output);
            output.onFinish(() -> {
                journal.add("finished");
                response.status(201).end("stored");
            });
            output.onError(error -> {
                journal.add(SystemError.codeOf(error));
                response.fail(507, error);
            });
            output.onClose(journal.line("output closed"));
            request.onError(error -> journal.add("request failed"));
            request.pipelineTo(output);
        });
    }

    private static void begin(RawClient client, int length) {
        client.write("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: " + length + "\r\n\r\n");
    }

    @Test
    void aRequestBecomesAFile() throws IOException {
        byte[] bytes = RawClient.pattern(LARGE);
        try (RawClient client = upload(path)) {
            begin(client, LARGE);
            client.write(bytes);
            assertThat(head(client)).startsWith("HTTP/1.1 201 ");
        }
        assertThat(Files.readAllBytes(path)).isEqualTo(bytes);
        assertThat(journal.lines()).startsWith("finished", "output closed");
    }

    @Test
    void aRequestThatBreaksOffLeavesWhatCameAndNoFinish() throws IOException {
        RawClient client = upload(path);
        begin(client, LARGE);
        client.write(RawClient.pattern(100_000));
        Kernel.await("the file to have it", () -> sizeOf(path) == 100_000);
        client.reset();
        journal.await("output closed");
        assertThat(journal.lines()).doesNotContain("finished").contains("request failed");
        assertThat(RawClient.isPattern(Files.readAllBytes(path))).isTrue();
    }

    private static long sizeOf(Path file) {
        try {
            return Files.exists(file) ? Files.size(file) : -1;
        } catch (IOException e) {
            return -1;
        }
    }

    @Test
    void aFullDiskIsToldToTheClient() {
        try (RawClient client = upload(Path.of("/dev/full"))) {
            begin(client, 10);
            client.write("0123456789");
            assertThat(head(client)).startsWith("HTTP/1.1 507 ");
        }
        journal.await("ENOSPC");
        journal.await("output closed");
        assertThat(journal.lines()).doesNotContain("finished");
    }
}
