package dev.millrace.loop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.driver.Port;
import dev.millrace.driver.RecordingDriver;
import dev.millrace.kernel.Address;
import dev.millrace.kernel.IpAddress;
import dev.millrace.kernel.KernelOption;
import dev.millrace.kernel.ListenOptions;
import dev.millrace.kernel.UnixAddress;
import dev.millrace.sys.Errno;
import dev.millrace.testing.Kernel;
import dev.millrace.testing.LoopFixture;
import dev.millrace.testing.RawClient;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What happens to sockets and addresses before the first byte. */
class TcpSetupTest {
    private final RecordingDriver driver = new RecordingDriver();
    private final Loop loop = Loop.on(driver);
    private final List<RawClient> clients = new ArrayList<>();

    @AfterEach
    void close() {
        loop.close();
        clients.forEach(RawClient::close);
    }

    private ListenHandle listener(ListenOptions options) {
        return new ListenHandle(loop, options);
    }

    private static int port(ListenHandle listener) {
        return ((IpAddress) listener.localAddress()).port();
    }

    /** An address without a name, as clients on Unix sockets have. */
    private Address unnamed() throws IOException {
        Port port = driver.socket(UnixAddress.of("@any"));
        Address address = driver.localAddress(port);
        driver.close(port);
        return address;
    }

    @Test
    @Tag("C1")
    void handlesHaveNoSocketBeforeTheyNeedOne() throws IOException {
        int before = Kernel.descriptors("socket:").size();
        ListenHandle listener = listener(ListenOptions.DEFAULTS);
        StreamHandle stream = new StreamHandle(loop, StreamHandleTest.NOBODY);
        stream.bind(IpAddress.loopback(0));
        assertThat(driver.calls("socket")).isEmpty();
        assertThat(Kernel.descriptors("socket:")).hasSizeLessThanOrEqualTo(before);
        listener.bind(IpAddress.loopback(0));
        assertThat(driver.calls("socket")).hasSize(1);
        stream.connect(IpAddress.loopback(9), new Request(error -> stream.close()));
        assertThat(driver.calls("socket")).hasSize(2);
    }

    /** A listener for IPv6 alone that served IPv4 as well would be open to whom it is not for. */
    @ParameterizedTest
    @Tag("C5")
    @Tag("C6")
    @EnumSource(names = {"REUSE_ADDRESS", "REUSE_PORT", "IPV6_ONLY"})
    void anOptionThatTheKernelRefusesIsAnErrorOfListening(KernelOption option) throws IOException {
        driver.refuse(option, Errno.ENOPROTOOPT);
        ListenHandle listener = listener(ListenOptions.DEFAULTS.withReusePort(true));
        listener.bind(IpAddress.of("::1", 0));
        assertThatThrownBy(() -> listener.listen(stream -> {}))
                .hasMessage("setsockopt ENOPROTOOPT: protocol not available [::1]:0");
    }

    @Test
    @Tag("C2")
    void aFamilyThatTheKernelDoesNotKnowIsRefusedAndLeavesNothing() throws IOException {
        driver.withoutIpv6();
        ListenHandle listener = listener(ListenOptions.DEFAULTS);
        listener.bind(IpAddress.of("::1", 0));
        assertThatThrownBy(() -> listener.listen(stream -> {}))
                .hasMessage("socket EAFNOSUPPORT: address family not supported");
        StreamHandle stream = new StreamHandle(loop, StreamHandleTest.NOBODY);
        List<String> outcomes = new ArrayList<>();
        stream.connect(
                IpAddress.of("::1", 1), new Request(error -> outcomes.add(error.getMessage())));
        loop.run(RunMode.DEFAULT);
        assertThat(outcomes).containsExactly("connect EAFNOSUPPORT [::1]:1");
        assertThat(loop.isAlive()).as("neither was closed, and nothing is active").isFalse();
    }

    @Test
    void aPortIsSharedIfAllWhoListenAskForIt() throws IOException {
        ListenOptions shared = ListenOptions.DEFAULTS.withReusePort(true);
        ListenHandle first = listener(shared);
        first.bind(IpAddress.loopback(0));
        first.listen(stream -> {});
        ListenHandle second = listener(shared);
        second.bind(first.localAddress());
        second.listen(stream -> {});
        assertThat(second.localAddress()).isEqualTo(first.localAddress());
        ListenHandle third = listener(ListenOptions.DEFAULTS);
        third.bind(first.localAddress());
        assertThatThrownBy(() -> third.listen(stream -> {}))
                .hasMessage("listen EADDRINUSE: address already in use " + first.localAddress());
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void connectionsHaveTheListenersNoDelay(boolean isNoDelay) throws IOException {
        ListenHandle listener = listener(ListenOptions.DEFAULTS);
        listener.noDelay(isNoDelay);
        listener.bind(IpAddress.loopback(0));
        assertThatThrownBy(() -> listener.noDelay(true))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("the listener is bound already");
        List<StreamHandle> accepted = new ArrayList<>();
        listener.listen(accepted::add);
        clients.add(RawClient.connect(port(listener)));
        LoopFixture.turnUntil(loop, "the connection", () -> !accepted.isEmpty());
        assertThat(driver.getOption(accepted.getFirst().port(), KernelOption.NO_DELAY))
                .isEqualTo(isNoDelay ? 1 : 0);
    }

    @Test
    @Tag("C2")
    @Tag("C4")
    @Tag("epoll")
    void anAddressWithoutANameIsEinval() throws IOException {
        Address unnamed = unnamed();
        ListenHandle listener = listener(ListenOptions.DEFAULTS);
        assertThatThrownBy(() -> listener.bind(unnamed))
                .hasMessageStartingWith("listen EINVAL: invalid argument");
        assertThatThrownBy(() -> listener.listen(stream -> {}))
                .hasMessageStartingWith("listen EINVAL: invalid argument");
        assertThatThrownBy(() -> listener(ListenOptions.DEFAULTS).bind(null))
                .isInstanceOf(NullPointerException.class);
        assertThat(loop.isAlive()).isFalse();
    }

    @Test
    @Tag("C4")
    void theLocalAddressIsOfThePeersFamily() {
        Address four = IpAddress.loopback(0);
        Address six = IpAddress.of("::1", 0);
        Address unix = UnixAddress.of("never-made");
        List<String> outcomes = new ArrayList<>();
        for (Address[] pair :
                new Address[][] {{four, six}, {six, four}, {unix, four}, {four, unix}}) {
            StreamHandle stream = new StreamHandle(loop, StreamHandleTest.NOBODY);
            stream.bind(pair[0]);
            stream.connect(pair[1], new Request(error -> outcomes.add(error.getMessage())));
        }
        loop.run(RunMode.DEFAULT);
        assertThat(outcomes)
                .containsExactly(
                        "bind EINVAL " + four,
                        "bind EINVAL " + six,
                        "bind EINVAL " + unix,
                        "bind EINVAL " + four);
    }

    @Test
    @Tag("C5")
    @Tag("epoll")
    void ipv6OnlyKeepsIpv4PeersAway() throws IOException {
        ListenHandle six = listener(ListenOptions.DEFAULTS.withIpv6Only(true));
        six.bind(IpAddress.of("::", 0));
        six.listen(stream -> {});
        ListenHandle both = listener(ListenOptions.DEFAULTS);
        both.bind(IpAddress.of("::", 0));
        both.listen(stream -> {});
        assertThatThrownBy(() -> RawClient.connect(port(six), "127.0.0.1", 0))
                .isInstanceOf(UncheckedIOException.class)
                .hasMessageContaining("refused");
        clients.add(RawClient.connect(port(six), "::1", 0));
        clients.add(RawClient.connect(port(both), "127.0.0.1", 0));
        assertThat(driver.calls("setOption IPV6_ONLY"))
                .as("said either way, whatever the system's default is")
                .containsExactly("setOption IPV6_ONLY 1", "setOption IPV6_ONLY 0");
    }

    @Test
    @Tag("C5")
    void ipv6OnlyOnAnIpv4AddressIsEinval() throws IOException {
        ListenHandle listener = listener(ListenOptions.DEFAULTS.withIpv6Only(true));
        listener.bind(IpAddress.loopback(0));
        assertThatThrownBy(() -> listener.listen(stream -> {}))
                .hasMessage("listen EINVAL: invalid argument 127.0.0.1:0");
        assertThat(driver.calls("socket")).isEmpty();
    }

    @Test
    @Tag("C9")
    void listeningWithoutAnAddressTakesAFreePort() throws IOException {
        ListenHandle listener = listener(ListenOptions.DEFAULTS);
        listener.listen(StreamHandle::close);
        assertThat(port(listener)).isPositive();
        assertThat(listener.localAddress()).isEqualTo(IpAddress.of("0.0.0.0", port(listener)));
        assertThat(Kernel.isListening(port(listener))).isTrue();
        clients.add(RawClient.connect(port(listener)));
        loop.run(RunMode.ONCE);
        assertThat(clients.getFirst().readToEnd()).isEmpty();
    }

    @Test
    @Tag("C12")
    void acceptsPerWakeUpIsAnOption() throws IOException {
        for (int most : new int[] {1, 4}) {
            List<Integer> perTurn = new ArrayList<>();
            int[] accepted = {0};
            ListenHandle listener = listener(ListenOptions.DEFAULTS.withAcceptsPerWakeUp(most));
            listener.bind(IpAddress.loopback(0));
            listener.listen(stream -> accepted[0]++);
            connect(listener, 10);
            while (accepted[0] < 10) {
                int before = accepted[0];
                loop.run(RunMode.NOWAIT);
                perTurn.add(accepted[0] - before);
            }
            if (most == 1) {
                assertThat(perTurn).hasSize(10).containsOnly(1);
            } else {
                assertThat(perTurn).containsExactly(4, 4, 2);
            }
            listener.close();
        }
    }

    private void connect(ListenHandle listener, int count) {
        for (int client = 0; client < count; client++) {
            clients.add(RawClient.connect(port(listener)));
        }
    }

    /** Two loops on one description, turn by turn. */
    @Test
    @Tag("C12")
    @Tag("epoll")
    void fewerPerWakeUpSpreadMoreEvenlyOverLoops() throws IOException {
        assertThat(spread(1)).containsExactly(4, 4);
        assertThat(spread(8)).containsExactly(8, 0);
    }

    private int[] spread(int perWakeUp) throws IOException {
        ListenOptions options = ListenOptions.DEFAULTS.withAcceptsPerWakeUp(perWakeUp);
        SharedListeners shared = new SharedListeners();
        Address address = IpAddress.loopback(0);
        int[] accepted = {0, 0};
        try (Loop sibling = Loop.create();
                SharedListeners.Source here = shared.source();
                SharedListeners.Source there = shared.source()) {
            ListenHandle first = new ListenHandle(loop, options);
            ListenHandle second = new ListenHandle(sibling, options);
            here.open(first, address);
            there.open(second, address);
            first.start(stream -> accepted[0]++);
            second.start(stream -> accepted[1]++);
            connect(first, 8);
            while (accepted[0] + accepted[1] < 8) {
                loop.run(RunMode.NOWAIT);
                sibling.run(RunMode.NOWAIT);
            }
        }
        return accepted;
    }

    /** Linux hands such a connection over; its first use tells the reset, and listening goes on. */
    @Test
    @Tag("D3")
    void aClientThatResetsBeforeItIsAcceptedCausesNoError() throws IOException {
        ListenHandle listener = listener(ListenOptions.DEFAULTS);
        List<StreamHandle> streams = new ArrayList<>();
        listener.bind(IpAddress.loopback(0));
        listener.listen(streams::add);
        RawClient.connect(port(listener)).reset();
        connect(listener, 1);
        loop.run(RunMode.NOWAIT);
        loop.run(RunMode.NOWAIT);
        assertThat(streams).as("the living one is among them").isNotEmpty();
        assertThat(streams.getLast().remoteAddress())
                .isEqualTo(IpAddress.loopback(clients.getFirst().localPort()));
        assertThat(listener.acceptErrorCount()).isZero();
    }
}
