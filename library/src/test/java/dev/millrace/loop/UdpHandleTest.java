package dev.millrace.loop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.kernel.IpAddress;
import dev.millrace.kernel.KernelOption;
import dev.millrace.kernel.SystemError;
import dev.millrace.kernel.UdpOptions;
import dev.millrace.sys.Errno;
import dev.millrace.testing.LoopFixture;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Binding, receiving, connecting, errors and the end of a datagram socket. */
class UdpHandleTest extends UdpFixture {
    private void runUntil(String... lines) {
        LoopFixture.turnUntil(
                loop, lines.length + " reports", () -> received.seen.size() >= lines.length);
        assertThat(received.seen).containsExactly(lines);
    }

    @ParameterizedTest
    @ValueSource(strings = {"127.0.0.1", "::1"})
    void aPingIsAnsweredAndBothEndsGoAway(String host) throws IOException {
        List<String> lines = new ArrayList<>();
        UdpHandle[] server = new UdpHandle[1];
        server[0] =
                handle(
                        new RecordedDatagrams((text, from) -> {
                            lines.add(text);
                            Request answer =
                                    new Request(e -> {
                                        lines.add("answered " + e);
                                        server[0].close();
                                    });
                            send(server[0], "PONG", from, answer);
                        }));
        server[0].bind(IpAddress.of(host, 0));
        server[0].receiveStart();
        receiveOn(IpAddress.of(host, 0));
        send(receiver, "PING", server[0].localAddress(), null);
        runUntil("PONG");
        receiver.onClose(() -> lines.add("closed"));
        receiver.close();
        assertThat(loop.run(RunMode.DEFAULT)).isFalse();
        assertThat(lines).containsExactly("PING", "answered null", "closed");
        assertThat(server[0].isClosed()).isTrue();
    }

    @Test
    void receivingKeepsTheLoopAliveUntilItStopsOrIsUnreferenced() throws IOException {
        receiveOn(ANY_PORT);
        assertThat(receiver.isActive()).isTrue();
        assertThat(loop.isAlive()).isTrue();
        receiver.unref();
        assertThat(loop.isAlive()).isFalse();
        receiver.ref();
        receiver.receiveStop();
        receiver.receiveStop();
        assertThat(loop.isAlive()).isFalse();
        assertThat(receiver.isReceiving()).isFalse();
    }

    @Test
    void aStopInACallbackTakesEffectAtOnceAndLosesNothing() throws IOException {
        UdpHandle[] stopping = new UdpHandle[1];
        var stopped = new RecordedDatagrams((text, from) -> stopping[0].receiveStop());
        stopping[0] = handle(stopped);
        stopping[0].bind(ANY_PORT);
        stopping[0].receiveStart();
        send(receiver, "a", stopping[0].localAddress(), null);
        send(receiver, "b", stopping[0].localAddress(), null);
        loop.run(RunMode.DEFAULT);
        assertThat(stopped.seen).containsExactly("a");
        stopping[0].receiveStart();
        loop.run(RunMode.DEFAULT);
        assertThat(stopped.seen).containsExactly("a", "b");
    }

    @Test
    void closingInACallbackIsTheLastOne() throws IOException {
        UdpHandle[] closing = new UdpHandle[1];
        var closed = new RecordedDatagrams((text, from) -> closing[0].close());
        closing[0] = handle(closed);
        closing[0].onClose(() -> closed.seen.add("closed"));
        closing[0].bind(ANY_PORT);
        closing[0].receiveStart();
        receiver.bind(ANY_PORT);
        send(receiver, "a", closing[0].localAddress(), null);
        send(receiver, "b", closing[0].localAddress(), null);
        assertThat(loop.run(RunMode.DEFAULT)).isFalse();
        assertThat(closed.seen).containsExactly("a", "closed");
        assertThat(closing[0].localAddress()).isNull();
    }

    @Test
    void aSocketThatIsNotBoundIsBoundByItsFirstUse() throws IOException {
        receiveOn(ANY_PORT);
        UdpHandle sender = handle();
        assertThat(sender.localAddress()).isNull();
        send(sender, "x", receiver.localAddress(), null);
        assertThat(sender.localAddress().port()).isPositive();
        assertThat(sender.localAddress().hostText()).isEqualTo("0.0.0.0");
        runUntil("x");
        UdpHandle listening = handle();
        listening.receiveStart();
        assertThat(listening.localAddress().port()).isPositive();
        UdpHandle six = handle();
        send(six, "x", IpAddress.of("::1", 9), null);
        assertThat(six.localAddress().hostText()).isEqualTo("::");
    }

    @Test
    void aPortInUseIsRefusedAndAnotherOneMayBeTried() throws IOException {
        receiver.bind(ANY_PORT);
        IpAddress taken = receiver.localAddress();
        UdpHandle second = handle();
        assertThatThrownBy(() -> second.bind(taken))
                .isInstanceOf(java.net.BindException.class)
                .hasMessage("bind EADDRINUSE " + taken);
        second.bind(ANY_PORT);
        assertThatThrownBy(() -> second.bind(ANY_PORT))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("ERR_SOCKET_ALREADY_BOUND");
        assertThatThrownBy(() -> handle().bind(IpAddress.of("192.0.2.99", 0)))
                .hasMessage("bind EADDRNOTAVAIL 192.0.2.99:0");
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aSharedPortIsBoundTwice(boolean isReusePort) throws IOException {
        UdpOptions shared =
                isReusePort
                        ? UdpOptions.DEFAULTS.withReusePort(true)
                        : UdpOptions.DEFAULTS.withReuseAddress(true);
        UdpHandle first = new UdpHandle(loop, shared, new RecordedDatagrams());
        UdpHandle second = new UdpHandle(loop, shared, new RecordedDatagrams());
        first.bind(ANY_PORT);
        second.bind(first.localAddress());
        assertThat(second.localAddress()).isEqualTo(first.localAddress());
    }

    @Test
    @Tag("epoll")
    void ipv6OnlyKeepsIpv4PeersAway() throws IOException {
        expectPeers(true);
    }

    @Test
    void anIpv6SocketHearsBothFamilies() throws IOException {
        expectPeers(false);
    }

    private void expectPeers(boolean isOnly) throws IOException {
        UdpHandle six = new UdpHandle(loop, UdpOptions.DEFAULTS.withIpv6Only(isOnly), received);
        six.bind(IpAddress.of("::", 0));
        six.receiveStart();
        int port = six.localAddress().port();
        UdpHandle four = handle();
        four.bind(ANY_PORT);
        send(four, "four", IpAddress.loopback(port), null);
        send(handle(), "six", IpAddress.of("::1", port), null);
        if (isOnly) {
            runUntil("six");
        } else {
            runUntil("four", "six");
            assertThat(received.senders.getFirst()).isEqualTo(four.localAddress());
        }
    }

    @Test
    void aConnectedSocketKnowsItsPeer() throws IOException {
        receiveOn(ANY_PORT);
        UdpHandle client = handle();
        client.connect(receiver.localAddress());
        assertThat(client.remoteAddress()).isEqualTo(receiver.localAddress());
        send(client, "one", null, null);
        assertThatThrownBy(() -> send(client, "x", receiver.localAddress(), null))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("ERR_SOCKET_DGRAM_IS_CONNECTED");
        assertThatThrownBy(() -> client.connect(receiver.localAddress()))
                .hasMessageContaining("ERR_SOCKET_DGRAM_IS_CONNECTED");
        int port = client.localAddress().port();
        client.disconnect();
        assertThat(client.remoteAddress()).isNull();
        assertThat(client.localAddress().port()).isEqualTo(port);
        assertThatThrownBy(client::disconnect)
                .hasMessageContaining("ERR_SOCKET_DGRAM_NOT_CONNECTED");
        assertThatThrownBy(() -> send(client, "x", null, null))
                .hasMessageContaining("ERR_SOCKET_DGRAM_NOT_CONNECTED");
        send(client, "two", receiver.localAddress(), null);
        runUntil("one", "two");
    }

    @Test
    void aConnectThatFailsLeavesTheSocketAsItWas() throws IOException {
        UdpHandle client = handle();
        assertThatThrownBy(() -> client.connect(IpAddress.of("255.255.255.255", 9)))
                .isInstanceOf(SystemError.class)
                .hasMessage("connect EACCES 255.255.255.255:9");
        assertThat(client.localAddress()).isNull();
        receiver.bind(ANY_PORT);
        client.connect(receiver.localAddress());
        assertThat(client.remoteAddress()).isEqualTo(receiver.localAddress());
    }

    @Test
    void aPeerThatIsNotThereIsToldAndEndsNothing() throws IOException {
        UdpHandle gone = handle();
        gone.bind(ANY_PORT);
        IpAddress there = gone.localAddress();
        gone.close();
        receiver.connect(there);
        receiver.receiveStart();
        send(receiver, "x", null, null);
        runUntil("recvfrom ECONNREFUSED: connection refused");
        assertThat(receiver.isReceiving()).isTrue();
    }

    @Test
    void aShortBufferCutsAndNoBufferStops() throws IOException {
        List<ByteBuffer> buffers = new ArrayList<>(List.of(ByteBuffer.allocate(3)));
        receiver.bufferSource(size -> buffers.isEmpty() ? null : buffers.removeFirst());
        receiveOn(ANY_PORT);
        send(handle(), "12345", receiver.localAddress(), null);
        runUntil("123...", "recvfrom ENOBUFS: no buffer space available");
        assertThat(receiver.isReceiving()).isFalse();
        assertThat(receiver.isActive()).isFalse();
        receiver.bufferSource(null);
        receiver.receiveStart();
        send(handle(), "12345", receiver.localAddress(), null);
        runUntil("123...", "recvfrom ENOBUFS: no buffer space available", "12345");
    }

    @Test
    void optionsReachTheSocket() throws IOException {
        assertThatThrownBy(() -> receiver.option(KernelOption.MULTICAST_TTL, 1))
                .hasMessage("the socket is not bound yet");
        receiver.bind(ANY_PORT);
        receiver.option(KernelOption.MULTICAST_TTL, 9);
        assertThat(receiver.option(KernelOption.MULTICAST_TTL)).isEqualTo(9);
        receiver.option(KernelOption.SEND_BUFFER_BYTES, 10_000);
        assertThat(receiver.option(KernelOption.SEND_BUFFER_BYTES)).isBetween(10_000, 20_000);
        assertThatThrownBy(() -> receiver.option(KernelOption.MULTICAST_TTL, 256))
                .isInstanceOf(SystemError.class)
                .hasMessage("setsockopt EINVAL: invalid argument");
        IpAddress everybody = IpAddress.of("255.255.255.255", 9);
        byte[] bytes = {1};
        assertThatThrownBy(() -> receiver.trySend(bytes, 0, 1, everybody))
                .hasMessage("send EACCES 255.255.255.255:9");
    }

    @Test
    void aGroupThatIsNoneIsRefused() {
        assertThatThrownBy(() -> receiver.joinGroup(ANY_PORT.host(), null, null))
                .isInstanceOf(SystemError.class)
                .hasMessage("setsockopt EINVAL: invalid argument");
        assertThat(receiver.localAddress()).as("bound by it").isNotNull();
        assertThatThrownBy(
                        () -> receiver.leaveGroup(IpAddress.of("239.1.1.1", 0).host(), null, null))
                .isInstanceOf(SystemError.class);
    }

    @Test
    void whatAListenerThrowsIsItsOwnersAndOthersComeAllTheSame() throws IOException {
        var thrower =
                new RecordedDatagrams((text, from) -> {
                    throw new IllegalStateException("mine " + text);
                });
        UdpHandle throwing = handle(thrower);
        throwing.bind(ANY_PORT);
        throwing.receiveStart();
        send(receiver, "a", throwing.localAddress(), null);
        send(receiver, "b", throwing.localAddress(), null);
        LoopFixture.turnUntil(loop, "both", () -> thrower.seen.size() == 4);
        assertThat(thrower.seen).containsExactly("a", "thrown mine a", "b", "thrown mine b");
    }

    @Test
    void aClosedSocketIsOfNoUse() throws IOException {
        receiver.bind(ANY_PORT);
        receiver.close();
        receiver.close();
        receiver.receiveStart();
        receiver.receiveStop();
        for (LoopFixture.Task use :
                List.<LoopFixture.Task>of(
                        () -> receiver.bind(ANY_PORT),
                        () -> receiver.connect(ANY_PORT),
                        () -> send(receiver, "x", IpAddress.loopback(9), null))) {
            assertThatThrownBy(use::run).hasMessageContaining("ERR_SOCKET_DGRAM_NOT_RUNNING");
        }
        assertThat(receiver.isActive()).isFalse();
        assertThat(loop.run(RunMode.DEFAULT)).isFalse();
    }

    @Test
    void theEndOfReceivingIsToldApartFromTheErrorOfADatagram() {
        List<String> told = new ArrayList<>();
        LoopFixture.run(loop -> {
            UdpHandle handle =
                    new UdpHandle(
                            loop,
                            UdpOptions.DEFAULTS,
                            new RecordedDatagrams() {
                                @Override
                                public void onError(IOException error) {
                                    told.add("error " + error.getMessage());
                                }

                                @Override
                                public void onReceiveEnded(IOException error) {
                                    told.add("ended " + error.getMessage());
                                }
                            });
            handle.receiveStart();
            handle.receiver.onDatagramError(Errno.ECONNREFUSED);
            assertThat(handle.isReceiving()).isTrue();
            handle.receiver.onReadError(Errno.EBADF);
            assertThat(handle.isReceiving()).isFalse();
            handle.close();
        });
        assertThat(told)
                .hasSize(2)
                .satisfies(lines ->
                        assertThat(lines.getFirst()).startsWith("error recvfrom ECONNREFUSED"))
                .satisfies(lines -> assertThat(lines.getLast()).startsWith("ended recvfrom EBADF"));
    }
}
