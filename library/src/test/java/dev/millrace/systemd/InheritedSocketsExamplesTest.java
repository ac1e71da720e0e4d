package dev.millrace.systemd;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.kernel.DescriptorKind;
import dev.millrace.kernel.IpAddress;
import dev.millrace.loop.Loop;
import dev.millrace.net.NetServer;
import dev.millrace.net.NetSocket;
import dev.millrace.testing.LoopFixture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What stands in the Javadoc. */
class InheritedSocketsExamplesTest {
    private final PassedSockets passed = new PassedSockets();
    private final Loop loop = Loop.create();

    @AfterEach
    void close() {
        loop.close();
        passed.close();
    }

    @Test
    void join() {
        int port = 0;
        // @start region="join"
        InheritedSockets.ofProcess().join(loop);
        NetServer server = NetServer.create(loop, NetSocket::end).listen(port);
        // @end
        LoopFixture.pollUntil(loop, "listening", server::isListening);
        assertThat(server.port()).isPositive();
    }

    @Test
    @Tag("epoll")
    void named() {
        IpAddress at = passed.tcp("127.0.0.1");
        InheritedSockets sockets = passed.named("http");
        NetServer server = NetServer.create(loop, NetSocket::end);
        // @start region="named"
        InheritedSocket http = sockets.get("http");
        server.listenDescriptor(http.take());
        // @end
        LoopFixture.pollUntil(loop, "listening", server::isListening);
        assertThat(server.address()).contains(at);
        assertThat(http.kind()).isEqualTo(DescriptorKind.LISTENER);
    }
}
