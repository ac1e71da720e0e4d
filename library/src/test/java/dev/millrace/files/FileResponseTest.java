package dev.millrace.files;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.http.HttpServer;
import dev.millrace.http.ServerResponse;
import dev.millrace.kernel.SystemError;
import dev.millrace.loop.DriverLoops;
import dev.millrace.loop.Loop;
import dev.millrace.net.NetSocket;
import dev.millrace.testing.Journal;
import dev.millrace.testing.LoopFixture;
import dev.millrace.testing.RawClient;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.Consumer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A file as a response: by the kernel where the framing allows that, else by bytes. */
@Tag("epoll")
class FileResponseTest {
    private static final int SIZE = 5_000_000;
    private static final int MIB = 1 << 20;
    private static final byte[] CONTENT = RawClient.pattern(SIZE);

    @TempDir private Path folder;

    private final Journal journal = new Journal();
    private final ByteArrayOutputStream received = new ByteArrayOutputStream();
    private Path path;
    private FileSendDriver driver;
    private boolean refuses;
    private boolean isOpenBefore;

    @BeforeEach
    void write() throws IOException {
        path = Files.write(folder.resolve("file"), CONTENT).toRealPath();
    }

    private FileInput follow(FileInput input) {
        return input.onError(error -> journal.add("file " + SystemError.codeOf(error)))
                .onClose(journal.line("file closed"));
    }

    /** On a loop whose driver counts. */
    private void run(Consumer<Loop> setup) {
        LoopFixture.run(
                () -> {
                    driver = new FileSendDriver();
                    driver.sendsFiles = !refuses;
                    return DriverLoops.on(driver);
                },
                setup);
    }

    /** One that was opened before has read no byte when its destination is asked. */
    private FileInput input(Loop loop) {
        if (!isOpenBefore) {
            return FileInput.open(loop, path);
        }
        try (FoundFile found = FoundFile.find(PathName.of(path))) {
            return FileInput.of(loop, found.open(), FileRange.ALL);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private String get(String request, Consumer<ServerResponse> answer) {
        run(loop -> {
            HttpServer server =
                    HttpServer.create(
                            loop,
                            (asked, response) -> {
                                answer.accept(response);
                                follow(input(loop)).pipelineTo(response);
                            });
            server.listen(0, "127.0.0.1");
            server.onListening(() -> {
                NetSocket socket = NetSocket.connect(loop, server.port(), "127.0.0.1");
                socket.onBytes((array, offset, length) -> {
                    received.write(array, offset, length);
                    return length;
                });
                socket.onClose(server::close);
                socket.end(request);
            });
        });
        return received.toString(StandardCharsets.ISO_8859_1);
    }

    /** As of a connection that another process has made one that waits. */
    @Test
    void aSocketThatDoesNotSendFilesGetsBytes() {
        refuses = true;
        assertThat(get(GET, FileResponseTest::withLength)).endsWith("\r\n\r\n" + content());
        assertThat(driver.sent).isZero();
        assertThat(journal.lines()).containsExactly("file closed");
    }

    private static final String GET = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";

    private static void withLength(ServerResponse response) {
        response.header("Content-Length", "" + SIZE);
    }

    private static String content() {
        return new String(CONTENT, StandardCharsets.ISO_8859_1);
    }

    @Test
    void aResponseWithALengthHasItFromTheKernel() {
        assertThat(get(GET, FileResponseTest::withLength)).endsWith("\r\n\r\n" + content());
        assertThat(driver.sent).isEqualTo(SIZE - 64 * 1024);
    }

    @Test
    void aResponseThatEndsWithTheConnectionHasItFromTheKernel() {
        assertThat(get("GET / HTTP/1.0\r\n\r\n", response -> {})).endsWith("\r\n\r\n" + content());
        assertThat(driver.sent).isEqualTo(SIZE - 64 * 1024);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aChunkedResponseGetsBytes(boolean isOpen) {
        isOpenBefore = isOpen;
        assertThat(get(GET, response -> {})).contains("chunked").endsWith("0\r\n\r\n");
        assertThat(driver.sent).isZero();
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aResponseToHeadHasNone(boolean isOpen) {
        isOpenBefore = isOpen;
        assertThat(get("HEAD" + GET.substring(3), FileResponseTest::withLength))
                .contains("Content-Length: " + SIZE)
                .endsWith("\r\n\r\n");
        assertThat(driver.sent).isZero();
        assertThat(journal.lines()).contains("file closed");
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void pipelinedResponsesComeInOrder(boolean isOpen) {
        isOpenBefore = isOpen;
        String both = get(GET + GET, FileResponseTest::withLength);
        int second = both.indexOf("HTTP/1.1 200", 1);
        assertThat(both.substring(0, second)).endsWith("\r\n\r\n" + content());
        assertThat(both.substring(second)).endsWith("\r\n\r\n" + content());
        assertThat(driver.sent).isPositive();
    }

    /** Never a byte beyond what was declared, nor a body that looks whole and is not. */
    @Test
    void aLengthThatDoesNotFitIsNotSent() {
        String answer = get(GET, response -> response.header("Content-Length", "" + 2 * MIB));
        int head = answer.indexOf("\r\n\r\n") + 4;
        assertThat(answer.length() - head).isLessThanOrEqualTo(2 * MIB);
        assertThat(journal.lines()).contains("file closed");
    }
}
