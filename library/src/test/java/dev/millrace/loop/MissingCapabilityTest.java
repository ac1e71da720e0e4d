package dev.millrace.loop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.kernel.IpAddress;
import dev.millrace.kernel.ListenOptions;
import dev.millrace.kernel.UdpOptions;
import dev.millrace.kernel.UnixAddress;
import dev.millrace.net.NetServer;
import dev.millrace.testing.LoopOn;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Whoever asks for what the driver can't do is told so at the call, and nothing is left behind. */
class MissingCapabilityTest {
    private static final UnixAddress NAME = UnixAddress.of("@millrace-missing");
    private static final IpAddress IPV6 = IpAddress.of("::1", 0);

    private final Loop loop = LoopOn.driver("nio");

    @AfterEach
    void close() {
        loop.close();
    }

    private void assertMissing(ThrowingCallable call, String what) {
        assertThatThrownBy(call)
                .isInstanceOf(UnsupportedOperationException.class)
                .hasMessage(
                        "the driver nio can't do this: "
                                + what
                                + "; the driver epoll can (Linux, with native access)");
        assertThat(loop.isAlive()).isFalse();
    }

    private StreamHandle stream() {
        return new StreamHandle(loop, StreamHandleTest.NOBODY);
    }

    @Test
    void abstractNames() {
        String what = "abstract Unix socket names";
        ListenHandle listener = new ListenHandle(loop, ListenOptions.DEFAULTS);
        assertMissing(() -> listener.bind(NAME), what);
        assertMissing(() -> stream().connect(NAME, new Request(error -> {})), what);
        StreamHandle bound = stream();
        bound.bind(NAME);
        UnixAddress path = UnixAddress.of("there-is-none");
        assertMissing(() -> bound.connect(path, new Request(error -> {})), what);
    }

    @Test
    void ipv6Alone() {
        ListenOptions options = ListenOptions.DEFAULTS.withIpv6Only(true);
        assertMissing(() -> new ListenHandle(loop, options).bind(IPV6), "the option ipv6Only");
        UdpOptions datagrams = UdpOptions.DEFAULTS.withIpv6Only(true);
        UdpHandle udp = new UdpHandle(loop, datagrams, new RecordedDatagrams());
        assertMissing(() -> udp.bind(IPV6), "the option ipv6Only");
        assertMissing(
                () -> udp.send(new byte[1], 0, 1, IPV6, new Request(error -> {})),
                "the option ipv6Only");
    }

    @Test
    void aServersListenThrowsAtOnceAndMayBeTriedAgain() {
        NetServer server = NetServer.create(loop, socket -> {});
        assertMissing(() -> server.listen(NAME), "abstract Unix socket names");
        ListenOptions options = ListenOptions.DEFAULTS.withIpv6Only(true);
        String what = "the option ipv6Only";
        assertMissing(() -> server.listen(0, options), what);
        assertMissing(() -> server.listen(0, "::1", options), what);
        assertMissing(() -> server.listen(IPV6, options), what);
        server.onListening(server::close).listen(IpAddress.loopback(0));
        loop.run(RunMode.DEFAULT);
        assertThat(server.isListening()).as("closed by its listener").isFalse();
    }

    @Test
    void descriptors() {
        assertMissing(() -> stream().open(0), "serving an open descriptor");
        assertMissing(() -> stream().carryDescriptors(), "passing descriptors");
        assertMissing(() -> new WatchHandle(loop, 0), "watching a descriptor");
    }
}
