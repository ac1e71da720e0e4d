package dev.millrace.loop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.driver.Port;
import dev.millrace.driver.RecordingDriver;
import dev.millrace.kernel.Address;
import dev.millrace.kernel.IpAddress;
import dev.millrace.kernel.ListenOptions;
import dev.millrace.kernel.SystemError;
import dev.millrace.kernel.UnixAddress;
import dev.millrace.sys.Errno;
import dev.millrace.testing.LoopFixture;
import dev.millrace.testing.RawClient;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ListenHandleTest {
    private final RecordingDriver driver = new RecordingDriver();
    private final Loop loop = Loop.on(driver);

    @AfterEach
    void close() {
        loop.close();
    }

    private ListenHandle listener() {
        return new ListenHandle(loop, ListenOptions.DEFAULTS);
    }

    @ParameterizedTest
    @ValueSource(strings = {"127.0.0.1", "::1"})
    @Tag("B5")
    @Tag("C7")
    void bindStaysSilentAndListenReportsThePortInUse(String host) throws IOException {
        ListenHandle first = listener();
        first.bind(IpAddress.of(host, 0));
        first.listen(stream -> {});
        Address taken = first.localAddress();
        ListenHandle second = listener();
        assertThatCode(() -> second.bind(taken)).doesNotThrowAnyException();
        assertThatThrownBy(() -> second.listen(stream -> {}))
                .isInstanceOf(IOException.class)
                .hasMessage("listen EADDRINUSE: address already in use " + taken)
                .satisfies(e -> assertThat(((SystemError) e).address()).contains(taken));
    }

    @Test
    void startingAClosedListenerHoldsNoLoop() throws IOException {
        ListenHandle listener = listener();
        listener.open();
        listener.close();
        listener.start(StreamHandle::close);
        assertThat(listener.isActive()).isFalse();
        loop.run(RunMode.NOWAIT);
        assertThat(loop.isAlive()).isFalse();
    }

    /** The number of the closed one may be another listener's at once (X71). */
    @Test
    @Tag("C12")
    void aListenerClosedByAConnectionAcceptsNoneOfItsSuccessors() throws IOException {
        ListenHandle first = new ListenHandle(loop, ListenOptions.DEFAULTS.withAcceptsPerWakeUp(8));
        ListenHandle second = listener();
        List<StreamHandle> accepted = new ArrayList<>();
        List<RawClient> clients = new ArrayList<>();
        first.bind(IpAddress.loopback(0));
        first.listen(stream -> {
            first.close();
            try {
                second.bind(IpAddress.loopback(0));
                second.listen(accepted::add);
            } catch (IOException e) {
                throw new AssertionError(e);
            }
            clients.add(RawClient.connect(((IpAddress) second.localAddress()).port()));
        });
        clients.add(RawClient.connect(((IpAddress) first.localAddress()).port()));
        LoopFixture.turnUntil(loop, "the successor's", () -> !accepted.isEmpty());
        assertThat(accepted).hasSize(1);
        clients.forEach(RawClient::close);
    }

    @Test
    @Tag("C6")
    void reuseAddressIsSetBeforeBind() throws IOException {
        listener().bind(IpAddress.loopback(0));
        assertThat(driver.calls())
                .containsSubsequence("socket", "setOption REUSE_ADDRESS 1", "bind")
                .doesNotContain("setOption REUSE_PORT 1");
    }

    @Test
    @Tag("C10")
    @Tag("C11")
    void theBacklogIsHandedToTheKernelAnd511Otherwise() throws IOException {
        ListenHandle usual = listener();
        usual.bind(IpAddress.loopback(0));
        usual.listen(stream -> {});
        ListenHandle small = new ListenHandle(loop, ListenOptions.DEFAULTS.withBacklog(7));
        small.bind(IpAddress.loopback(0));
        small.listen(stream -> {});
        assertThat(driver.calls("listen")).containsExactly("listen 511", "listen 7");
        assertThatThrownBy(() -> ListenOptions.DEFAULTS.withBacklog(0))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("backlog is 0: use 1 or more, 511 is the default");
    }

    /** A Unix socket with room for n more takes n + 1, and refuses the next at once. */
    @Test
    @Tag("C10")
    void theKernelQueuesAsManyAsTheBacklogSays(@TempDir Path folder) throws IOException {
        assertThat(connectsUntilFull(folder, ListenOptions.DEFAULTS.withBacklog(3))).isEqualTo(4);
    }

    @Test
    @Tag("C11")
    void theKernelQueues511WithoutABacklogGiven(@TempDir Path folder) throws IOException {
        String most = Files.readAllLines(Path.of("/proc/sys/net/core/somaxconn")).getFirst();
        assertThat(connectsUntilFull(folder, ListenOptions.DEFAULTS))
                .isEqualTo(Math.min(511, Integer.parseInt(most)) + 1);
    }

    private int connectsUntilFull(Path folder, ListenOptions options) throws IOException {
        UnixAddress address = UnixAddress.of(folder.resolve("s"));
        ListenHandle full = new ListenHandle(loop, options);
        full.bind(address);
        full.listen(stream -> {});
        List<Port> clients = new ArrayList<>();
        int result = 0;
        while (result == 0) {
            clients.add(loop.driver.socket(address));
            result = loop.driver.connect(clients.getLast(), address);
        }
        assertThat(result).isEqualTo(-Errno.EAGAIN);
        clients.forEach(loop.driver::close);
        full.close();
        return clients.size() - 1;
    }

    @Test
    @Tag("G5")
    void aUnixListenerAcceptsAsATcpOneDoes(@TempDir Path folder) throws IOException {
        List<String> seen = new ArrayList<>();
        for (Address address :
                List.of(IpAddress.loopback(0), UnixAddress.of(folder.resolve("s")))) {
            ListenHandle listener = listener();
            listener.bind(address);
            listener.listen(stream -> {
                seen.add(
                        stream.isConnected()
                                + " "
                                + stream.isReadable()
                                + " "
                                + stream.isWritable());
                stream.close();
                listener.close();
            });
            StreamHandle client = new StreamHandle(loop, StreamHandleTest.NOBODY);
            client.connect(listener.localAddress(), new Request(e -> client.close()));
            loop.run(RunMode.DEFAULT);
        }
        assertThat(seen).containsExactly("true true true", "true true true");
    }

    @Test
    @Tag("G2")
    void bindingMakesTheSocketFileAtOnce(@TempDir Path folder) throws IOException {
        Path path = folder.resolve("s");
        listener().bind(UnixAddress.of(path));
        // S_IFSOCK, as stat(2) has it: not just any file.
        int mode = (int) Files.getAttribute(path, "unix:mode");
        assertThat(mode & 0xf000).isEqualTo(0xc000);
    }

    @Test
    @Tag("G10")
    void closingRemovesTheSocketFile(@TempDir Path folder) throws IOException {
        Path path = folder.resolve("s");
        ListenHandle listener = listener();
        listener.bind(UnixAddress.of(path));
        assertThat(path).exists();
        listener.listen(stream -> {});
        listener.close();
        assertThat(path).doesNotExist();
        assertThat(driver.calls()).containsSubsequence("unlink", "close");
    }

    @Test
    @Tag("G10")
    @Tag("G9")
    @Tag("R31")
    void aFileThatWasThereIsNotRemoved(@TempDir Path folder) throws IOException {
        Path path = Files.createFile(folder.resolve("s"));
        ListenHandle listener = listener();
        for (ThrowingCallable call :
                List.<ThrowingCallable>of(
                        () -> listener.bind(UnixAddress.of(path)),
                        () -> listener.listen(stream -> {}))) {
            assertThatThrownBy(call)
                    .hasMessage("listen EADDRINUSE: address already in use " + path);
        }
        listener.close();
        assertThat(path).exists();
    }

    @Test
    @Tag("epoll")
    void anAbstractNameNeedsNoUnlink() throws IOException {
        ListenHandle listener = listener();
        listener.bind(UnixAddress.of("@millrace-abstract-" + ProcessHandle.current().pid()));
        listener.listen(stream -> {});
        listener.close();
        assertThat(driver.calls("unlink")).isEmpty();
    }

    @Test
    @Tag("A10")
    void aPausedListenerLeavesConnectionsInTheKernel() throws IOException {
        ListenHandle listener = listener();
        int[] accepted = {0};
        listener.bind(IpAddress.loopback(0));
        listener.listen(stream -> {
            accepted[0]++;
            stream.close();
        });
        listener.pause();
        try (RawClient client = RawClient.connect(((IpAddress) listener.localAddress()).port())) {
            loop.run(RunMode.NOWAIT);
            assertThat(accepted[0]).isZero();
            listener.resume();
            loop.run(RunMode.ONCE);
            assertThat(accepted[0]).isEqualTo(1);
            assertThat(client.readToEnd()).isEmpty();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"127.0.0.1", "::1"})
    void misuseThrows(String host) throws IOException {
        ListenHandle listener = listener();
        listener.bind(IpAddress.of(host, 0));
        assertThatThrownBy(() -> listener.bind(IpAddress.of(host, 0)))
                .hasMessage("the listener is bound already");
        listener.listen(stream -> {});
        assertThatThrownBy(() -> listener.listen(stream -> {}))
                .hasMessage("the listener listens already");
        listener.close();
        assertThat(listener.localAddress()).isNull();
        assertThatThrownBy(() -> listener.bind(IpAddress.of(host, 0)))
                .hasMessage("the listener is closed");
    }
}
