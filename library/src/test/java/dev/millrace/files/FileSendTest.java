package dev.millrace.files;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.kernel.SystemError;
import dev.millrace.loop.DriverLoops;
import dev.millrace.loop.Loop;
import dev.millrace.net.NetServer;
import dev.millrace.net.NetSocket;
import dev.millrace.stream.Filter;
import dev.millrace.stream.FilterWire;
import dev.millrace.stream.WriteStream;
import dev.millrace.testing.Journal;
import dev.millrace.testing.Kernel;
import dev.millrace.testing.LoopFixture;
import dev.millrace.testing.RawClient;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.BiConsumer;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A file on its way into a socket or a response: by the kernel where that can be, else by bytes.
 */
@Tag("epoll")
class FileSendTest {
    private static final int SIZE = 16_000_000;
    private static final int MIB = 1 << 20;
    private static final byte[] CONTENT = RawClient.pattern(SIZE);

    @TempDir private Path folder;

    private final Journal journal = new Journal();
    private FileSendDriver driver;
    private final ByteArrayOutputStream received = new ByteArrayOutputStream();
    private Path path;

    private static final class Passing implements Filter {
        private FilterWire wire;

        @Override
        public void attach(FilterWire attached) {
            wire = attached;
            wire.ready();
        }

        @Override
        public void received(byte[] array, int offset, int length) {
            wire.deliver(array, offset, length);
        }

        @Override
        public void receivedEnd() {
            wire.deliverEnd();
        }

        @Override
        public void written(byte[] array, int offset, int length) {
            wire.send(array, offset, length);
        }

        @Override
        public void writtenEnd() {
            wire.sendEnd();
        }
    }

    @BeforeEach
    void write() throws IOException {
        path = Files.write(folder.resolve("file"), CONTENT).toRealPath();
    }

    private FileInput follow(FileInput input) {
        return input.onError(error -> journal.add("file " + SystemError.codeOf(error)))
                .onClose(journal.line("file closed"));
    }

    /** Sends what {@code serve} does with the server's end of a connection, to its end. */
    private void send(BiConsumer<Loop, NetSocket> serve, Consumer<NetSocket> client) {
        run(loop -> {
            NetServer server = NetServer.create(loop);
            server.onConnection(socket -> {
                socket.onError(error -> journal.add("socket " + SystemError.codeOf(error)));
                socket.onClose(journal.line("socket closed"));
                serve.accept(loop, socket);
                server.close();
            });
            server.listen(0, "127.0.0.1")
                    .onListening(() -> {
                        NetSocket socket = NetSocket.connect(loop, server.port(), "127.0.0.1");
                        socket.onBytes((array, offset, length) -> {
                            received.write(array, offset, length);
                            return length;
                        });
                        socket.onError(error -> journal.add("client " + SystemError.codeOf(error)));
                        client.accept(socket);
                    });
        });
    }

    /** On a loop whose driver counts. */
    private void run(Consumer<Loop> setup) {
        LoopFixture.run(() -> DriverLoops.on(driver = new FileSendDriver()), setup);
    }

    private void send(BiConsumer<Loop, NetSocket> serve) {
        send(serve, client -> {});
    }

    @Test
    void aSocketHasItFromTheKernel() {
        long[] counted = new long[1];
        send((loop, socket) -> {
            FileInput input = follow(FileInput.open(loop, path));
            input.onEnd(() -> counted[0] = input.bytesRead());
            input.pipelineTo(socket);
        });
        assertThat(received.toByteArray()).isEqualTo(CONTENT);
        // What the step that opens it has read is sent from there.
        assertThat(driver.sent).isEqualTo(SIZE - 64 * 1024);
        assertThat(driver.most).as("then others have their turn").isEqualTo(MIB);
        // One that ended in the poll, and the next in the check phase.
        assertThat(driver.mostInOneTurn).isLessThanOrEqualTo(2);
        assertThat(counted[0]).isEqualTo(SIZE);
        assertThat(journal.lines()).containsExactlyInAnyOrder("file closed", "socket closed");
    }

    /** A part that is not in memory is fetched by another thread first. */
    @Test
    void theLoopDoesNotWaitForTheDisk() throws Exception {
        List<String> forget =
                List.of("dd", "of=" + path, "oflag=nocache", "conv=notrunc,fdatasync", "count=0");
        ProcessBuilder dd = new ProcessBuilder(forget).redirectErrorStream(true);
        assertThat(dd.redirectOutput(folder.resolve("said").toFile()).start().waitFor()).isZero();
        try (FoundFile found = FoundFile.find(PathName.of(path))) {
            OpenFile file = found.open();
            Assumptions.assumeFalse(
                    file.isCached(SIZE / 2, MIB), "this file system keeps all in memory");
            send((loop, socket) ->
                    follow(FileInput.of(loop, file, FileRange.ALL)).pipelineTo(socket));
        }
        assertThat(received.toByteArray()).isEqualTo(CONTENT);
        assertThat(driver.sent).isEqualTo(SIZE);
        assertThat(driver.fromDisk).isZero();
    }

    @Test
    void anOpenFileIsNotReadAtAll() throws IOException {
        try (FoundFile found = FoundFile.find(PathName.of(path))) {
            OpenFile file = found.open();
            send((loop, socket) ->
                    follow(FileInput.of(loop, file, new FileRange(17, 2_000_000)))
                            .pipelineTo(socket));
        }
        assertThat(received.toByteArray()).isEqualTo(Arrays.copyOfRange(CONTENT, 17, 2_000_017));
        assertThat(driver.sent).isEqualTo(2_000_000);
        assertThat(Kernel.descriptors(path.toString())).isEmpty();
    }

    @Test
    void anOpenFileWithoutAByteEnds() throws IOException {
        Path empty = Files.createFile(folder.resolve("empty"));
        try (FoundFile found = FoundFile.find(PathName.of(empty))) {
            OpenFile file = found.open();
            send((loop, socket) ->
                    follow(FileInput.of(loop, file, FileRange.ALL)).pipelineTo(socket));
        }
        assertThat(received.size()).isZero();
        assertThat(journal.lines()).containsExactlyInAnyOrder("file closed", "socket closed");
    }

    @Test
    void anOpenFileThatIsTooShortFails() throws IOException {
        try (FoundFile found = FoundFile.find(PathName.of(path))) {
            OpenFile file = found.open();
            send((loop, socket) ->
                    follow(FileInput.of(loop, file, new FileRange(1, SIZE))).pipelineTo(socket));
        }
        assertThat(journal.lines())
                .containsSubsequence("file ENODATA", "file closed", "socket closed");
        assertThat(received.size()).isZero();
    }

    private void expectByBytes(Consumer<FileInput> before, BiConsumer<FileInput, NetSocket> pipe) {
        send((loop, socket) -> {
            FileInput input = follow(FileInput.open(loop, path));
            before.accept(input);
            pipe.accept(input, socket);
        });
        assertThat(received.toByteArray()).isEqualTo(CONTENT);
        assertThat(driver.sent).isZero();
    }

    @Test
    void aListenerSeesEveryByte() {
        long[] seen = new long[1];
        expectByBytes(
                input ->
                        input.onBytes((array, offset, length) -> {
                            seen[0] += length;
                            return length;
                        }),
                FileInput::pipelineTo);
        assertThat(seen[0]).isEqualTo(SIZE);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aSecondDestinationGetsItToo(boolean isFirst) throws IOException {
        Path copy = folder.resolve("copy");
        expectByBytes(
                input -> {},
                (input, socket) -> {
                    List<WriteStream> ends = new ArrayList<>();
                    ends.add(FileOutput.create(socket.loop(), copy));
                    ends.add(isFirst ? 0 : 1, socket);
                    ends.forEach(input::pipelineTo);
                });
        assertThat(Files.readAllBytes(copy)).isEqualTo(CONTENT);
    }

    @Test
    void aFilterSeesEveryByte() {
        expectByBytes(
                input -> {},
                (input, socket) -> {
                    socket.filter(new Passing());
                    input.pipelineTo(socket);
                });
    }

    /** The reader of the socket stops in the middle, and so does the user of the file. */
    @Test
    void pausesOnBothSidesLoseNothing() {
        send(
                (loop, socket) -> {
                    FileInput input = follow(FileInput.open(loop, path));
                    input.pipelineTo(socket);
                    whenSent(
                            loop,
                            1,
                            () -> {
                                input.pause();
                                whenSent(loop, MIB, input::resume);
                            });
                },
                client -> {
                    client.pause();
                    whenSent(client.loop(), MIB, client::resume);
                });
        assertThat(received.toByteArray()).isEqualTo(CONTENT);
        assertThat(driver.sent).isPositive();
    }

    @Test
    void aFileThatBecomesShorterIsAnErrorAndCutsTheSocketOff() {
        send(
                (loop, socket) -> follow(FileInput.open(loop, path)).pipelineTo(socket),
                client -> {
                    client.pause();
                    whenSent(
                            client.loop(),
                            MIB,
                            () -> {
                                truncate(MIB);
                                client.resume();
                            });
                });
        assertThat(journal.lines())
                .containsSubsequence("file ENODATA", "file closed", "socket closed")
                .contains("client ECONNRESET");
        assertThat(received.size()).isLessThan(SIZE);
    }

    private void destroyWhileItWaits(FileInput input, NetSocket socket, NetSocket reader) {
        input.destroy();
        int[] turns = {3};
        when(
                socket.loop(),
                () -> turns[0]-- == 0,
                () -> {
                    journal.add("held " + Kernel.descriptors(path.toString()).size());
                    socket.end();
                    reader.resume();
                });
    }

    private void whenSent(Loop loop, long count, Runnable then) {
        when(loop, () -> driver.sent >= count, then);
    }

    private static void when(Loop loop, BooleanSupplier condition, Runnable then) {
        loop.setImmediate(() -> {
            if (condition.getAsBoolean()) {
                then.run();
            } else {
                when(loop, condition, then);
            }
        });
    }

    private void truncate(long length) {
        try (var writable = new java.io.RandomAccessFile(path.toFile(), "rw")) {
            writable.setLength(length);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    /** The kernel may still be told to send from its descriptor, whose number is not free yet. */
    @Test
    void aDestroyedFileIsClosedWhenItsPartIsOver() {
        NetSocket[] reader = new NetSocket[1];
        send(
                (loop, socket) -> {
                    FileInput input = follow(FileInput.open(loop, path));
                    // No pipeline: the socket stays when the file is gone.
                    input.pipeTo(socket);
                    when(
                            loop,
                            () -> driver.sent > MIB && socket.queuedBytes() > 0,
                            () -> destroyWhileItWaits(input, socket, reader[0]));
                },
                client -> {
                    client.pause();
                    reader[0] = client;
                });
        assertThat(journal.lines()).containsSubsequence("held 1", "file closed");
        assertThat(received.size()).isGreaterThanOrEqualTo(MIB);
        assertThat(received.toByteArray()).isEqualTo(Arrays.copyOf(CONTENT, received.size()));
        assertThat(Kernel.descriptors(path.toString())).isEmpty();
    }

    @Test
    void aSocketThatIsResetClosesTheFile() {
        send(
                (loop, socket) -> follow(FileInput.open(loop, path)).pipelineTo(socket),
                client -> {
                    client.pause();
                    whenSent(client.loop(), MIB, client::reset);
                });
        assertThat(journal.lines()).contains("file closed", "socket closed");
        assertThat(Kernel.descriptors(path.toString())).isEmpty();
    }
}
