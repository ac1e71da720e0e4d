package dev.millrace.systemd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.kernel.Address;
import dev.millrace.kernel.DescriptorKind;
import dev.millrace.kernel.IpAddress;
import dev.millrace.kernel.UnixAddress;
import dev.millrace.loop.ListenSource;
import dev.millrace.loop.Loop;
import dev.millrace.loop.LoopGroup;
import dev.millrace.net.NetServer;
import dev.millrace.net.NetSocket;
import dev.millrace.testing.Journal;
import dev.millrace.testing.Kernel;
import dev.millrace.testing.LoopFixture;
import dev.millrace.testing.NoticeReceiver;
import dev.millrace.testing.RawClient;
import dev.millrace.udp.UdpSocket;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.NoSuchElementException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Sockets as systemd passes them, at other numbers than 3 and the next ones. */
class InheritedSocketsTest {
    private final PassedSockets passed = new PassedSockets();
    private final Loop loop = Loop.create();
    private final Journal journal = new Journal();

    @AfterEach
    void close() {
        loop.close();
        passed.close();
    }

    private NetServer listening(NetServer server) {
        server.onListening(journal.line("listening")).onClose(journal.line("closed"));
        server.onError(error -> journal.add("" + error.getMessage()));
        LoopFixture.pollUntil(loop, "an outcome", () -> !journal.lines().isEmpty());
        assertThat(journal.lines()).containsExactly("listening");
        return server;
    }

    @Test
    void theyHaveNamesKindsAndAddressesAndAreClosedOnExec(@TempDir Path folder) throws IOException {
        Path path = folder.resolve("s");
        IpAddress tcp = passed.tcp("127.0.0.1");
        passed.unix(path);
        IpAddress udp = passed.udp("127.0.0.1");
        InheritedSockets sockets = passed.named("http", "control", "dns");
        assertThat(sockets.all()).extracting(InheritedSocket::index).containsExactly(0, 1, 2);
        assertThat(sockets.all())
                .extracting(InheritedSocket::kind)
                .containsExactly(
                        DescriptorKind.LISTENER, DescriptorKind.LISTENER, DescriptorKind.UDP);
        assertThat(sockets.get("http").address()).contains(tcp);
        assertThat(sockets.get("control").address()).contains(UnixAddress.of(path));
        assertThat(sockets.get("dns").address()).contains(udp);
        assertThat(sockets.get("http")).hasToString("InheritedSocket[http, listener " + tcp + "]");
        assertThat(passed.numbers()).allMatch(NoticeReceiver::isCloseOnExec);
    }

    /** Loops that are no group, whatever their listeners come from otherwise. */
    @Test
    @Tag("epoll")
    void aSecondLoopDoesNotShareOneWhenItIsOfNoGroup() throws IOException {
        IpAddress at = passed.tcp("127.0.0.1");
        InheritedSockets sockets = passed.named("http");
        try (Loop other = Loop.create()) {
            for (Loop each : List.of(loop, other)) {
                ListenSource before = each.listenSource();
                each.listenSource(before::open);
                sockets.join(each);
            }
            NetServer first = listening(NetServer.create(loop).listen(at));
            NetServer second = NetServer.create(other);
            second.onError(error -> journal.add("" + error.getMessage())).listen(at);
            LoopFixture.pollUntil(other, "an error", () -> journal.lines().size() > 1);
            assertThat(journal.lines().getLast()).contains("EADDRINUSE");
            assertThat(passed.isServedBy(first)).isTrue();
        }
    }

    @Test
    @Tag("epoll")
    @Tag("I21")
    void aPlainListenTakesTheSocketWithItsAddress() throws IOException {
        IpAddress at = passed.tcp("127.0.0.1");
        InheritedSockets sockets = passed.named("http");
        sockets.join(loop);
        NetServer server =
                listening(NetServer.create(loop, socket -> socket.end("served")).listen(at));
        assertThat(server.address()).contains(at);
        assertThat(passed.isServedBy(server)).isTrue();
        assertThatThrownBy(() -> sockets.get("http").take())
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("the inherited socket http is in use already");
        server.close();
        LoopFixture.pollUntil(loop, "closed", () -> journal.count("closed") == 1);
        assertThat(Kernel.isListening(at.port())).as("closed with its server").isFalse();
    }

    @Test
    @Tag("epoll")
    @Tag("I21")
    void everyInterfaceIsTheSameInBothFamilies() throws IOException {
        int port = passed.tcp("0.0.0.0").port();
        InheritedSockets sockets = passed.named("http");
        sockets.join(loop);
        NetServer server = listening(NetServer.create(loop, NetSocket::end).listen(port));
        assertThat(server.address()).contains(IpAddress.of("0.0.0.0", port));
    }

    @Test
    @Tag("epoll")
    @Tag("I21")
    void whatNoSocketIsForIsOpened() throws IOException {
        IpAddress inherited = passed.tcp("127.0.0.1");
        InheritedSockets sockets = passed.named("http");
        sockets.join(loop);
        NetServer server =
                listening(NetServer.create(loop, NetSocket::end).listen(IpAddress.loopback(0)));
        assertThat(server.address()).isNotEqualTo(inherited);
        assertThat(sockets.get("http").take()).isPositive();
    }

    @Test
    @Tag("epoll")
    @Tag("I21")
    void oneThatWasUsedIsNotUsedAgain() throws IOException {
        IpAddress at = passed.tcp("127.0.0.1");
        passed.named("http").join(loop);
        NetServer server = listening(NetServer.create(loop, NetSocket::end).listen(at));
        NetServer second =
                NetServer.create(loop, NetSocket::end)
                        .onError(error -> journal.add("second " + error.getMessage()))
                        .listen(at);
        LoopFixture.pollUntil(loop, "the error", () -> journal.lines().size() == 2);
        assertThat(journal.lines().getLast()).contains("EADDRINUSE");
        server.close();
        LoopFixture.pollUntil(loop, "closed", () -> journal.count("closed") == 1);
        second.onListening(journal.line("opened")).listen(at);
        LoopFixture.pollUntil(loop, "opened", () -> journal.count("opened") == 1);
    }

    @Test
    @Tag("epoll")
    @Tag("I21")
    void datagramsAreTakenByTheirAddressAsWell() throws IOException {
        IpAddress at = passed.udp("127.0.0.1");
        passed.named("dns").join(loop);
        UdpSocket socket =
                UdpSocket.create(loop).onMessage((data, from) -> journal.add("datagram")).bind(at);
        UdpSocket.create(loop).send("x", at);
        LoopFixture.pollUntil(loop, "a datagram", () -> journal.count("datagram") == 1);
        assertThat(socket.address()).contains(at);
    }

    @Test
    @Tag("epoll")
    @Tag("I21")
    void theLoopsOfAGroupShareOne() throws Exception {
        IpAddress at = passed.tcp("127.0.0.1");
        InheritedSockets sockets = passed.named("http");
        LoopGroup group =
                LoopGroup.start(
                        3,
                        own -> {
                            sockets.join(own);
                            NetServer.create(own, socket -> socket.end("group"))
                                    .onListening(journal.line("listening"))
                                    .listen(at);
                        });
        journal.await("listening", 3);
        for (int count = 0; count < 10; count++) {
            try (RawClient client = RawClient.connect(at.port())) {
                assertThat(client.readToEnd()).isEqualTo("group");
            }
        }
        group.shutdown(Duration.ZERO);
        group.join();
        assertThat(Kernel.isListening(at.port())).isFalse();
    }

    @Test
    @Tag("epoll")
    @Tag("I21")
    void aSocketCanBeTakenByItsNameOrItsAddress() throws IOException {
        IpAddress first = passed.tcp("127.0.0.1");
        Address second = passed.tcp("127.0.0.1");
        InheritedSockets sockets = passed.named("a", "b");
        NetServer server =
                NetServer.create(loop, NetSocket::end).listenDescriptor(sockets.get("a").take());
        assertThat(listening(server).address()).contains(first);
        assertThat(sockets.take(first)).as("taken").isEmpty();
        assertThat(sockets.take(second)).isPresent();
        assertThat(sockets.take(second)).isEmpty();
    }

    @Test
    void theVariablesOfAnotherProcessAreNotOurs() {
        passed.tcp("127.0.0.1");
        assertThat(passed.of("LISTEN_FDS", "1", "LISTEN_PID", "1").isEmpty()).isTrue();
        assertThat(passed.of("LISTEN_FDS", "1").isEmpty()).isTrue();
        assertThat(passed.of("LISTEN_PID", PassedSockets.PID).isEmpty()).isTrue();
        InheritedSockets none = passed.of();
        none.join(loop);
        assertThat(none.all()).isEmpty();
        assertThat(none.take(IpAddress.loopback(80))).isEmpty();
        assertThat(InheritedSockets.ofProcess()).isSameAs(InheritedSockets.ofProcess());
        assertThat(InheritedSockets.ofProcess().isEmpty()).isTrue();
    }

    @Test
    void withoutNamesAllAreUnknown() {
        passed.tcp("127.0.0.1");
        InheritedSockets sockets = passed.of("LISTEN_FDS", "1", "LISTEN_PID", PassedSockets.PID);
        assertThat(sockets.named("unknown")).hasSize(1);
    }

    @Test
    void aNameThatIsNotThereIsToldWithThoseThatAre() {
        passed.tcp("127.0.0.1");
        passed.tcp("127.0.0.1");
        assertThatThrownBy(() -> passed.named("http", "http").get("https"))
                .isInstanceOf(NoSuchElementException.class)
                .hasMessageContaining("no inherited socket is called https")
                .hasMessageContaining("[http, http]")
                .hasMessageContaining("FileDescriptorName=");
        assertThatThrownBy(() -> passed.named("http", "http").get("http"))
                .isInstanceOf(NoSuchElementException.class)
                .hasMessageContaining("several inherited sockets are called http");
        assertThat(passed.named("http", "http").named("http")).hasSize(2);
    }

    @Test
    void variablesThatMakeNoSenseAreNamed(@TempDir Path folder) {
        String ours = PassedSockets.PID;
        expectWrong("LISTEN_FDS is \"x\"", "LISTEN_FDS", "x", "LISTEN_PID", ours);
        expectWrong("LISTEN_FDS is \"-1\"", "LISTEN_FDS", "-1", "LISTEN_PID", ours);
        expectWrong("at most 65536", "LISTEN_FDS", "65537", "LISTEN_PID", ours);
        expectWrong("LISTEN_PID is \"me\"", "LISTEN_FDS", "1", "LISTEN_PID", "me");
        int first = passed.first();
        expectWrong("descriptor " + first + " is not open", "LISTEN_FDS", "1", "LISTEN_PID", ours);
        passed.file(folder);
        expectWrong("descriptor " + first + " is no socket", "LISTEN_FDS", "1", "LISTEN_PID", ours);
        assertThat(passed.numbers()).as("it may be the JVM's own").hasSize(1);
        assertThatThrownBy(() -> passed.named("a", "b"))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("LISTEN_FDNAMES has 2 names for 1 sockets");
        assertThat(List.of(first)).isEqualTo(passed.numbers());
    }

    private void expectWrong(String message, String... variables) {
        assertThatThrownBy(() -> passed.of(variables))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining(message);
    }
}
