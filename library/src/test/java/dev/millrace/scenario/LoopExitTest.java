package dev.millrace.scenario;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.kernel.IpAddress;
import dev.millrace.loop.Loop;
import dev.millrace.net.NetServer;
import dev.millrace.testing.ChildJvm;
import dev.millrace.testing.LoopFixture;
import dev.millrace.testing.RawClient;
import java.net.BindException;
import java.time.Duration;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** How programs end, seen from the process that started them. */
class LoopExitTest {

    /** What the child does: each name is one program. */
    static final class Programs {
        public static void main(String[] arguments) {
            switch (arguments[0]) {
                case "close" -> Loop.run(Programs::closeAfterOneConnection);
                case "unref" ->
                        Loop.run(loop -> loop.setTimeout(Duration.ofHours(1), () -> {}).unref());
                case "in-use" ->
                        Loop.run(loop ->
                                NetServer.create(loop, socket -> {})
                                        .listen(Integer.parseInt(arguments[1]), "127.0.0.1"));
                default -> throw new IllegalArgumentException(arguments[0]);
            }
            System.out.println("run returned");
        }

        private static void closeAfterOneConnection(Loop loop) {
            NetServer server = NetServer.create(loop);
            server.onConnection(socket -> {
                socket.resume();
                socket.onClose(() -> System.out.println("closed"));
                server.close();
            });
            server.listen(IpAddress.loopback(0))
                    .onListening(() -> {
                        int port = server.port();
                        Thread.ofVirtual().start(() -> RawClient.connect(port).close());
                    });
        }
    }

    @Test
    @Tag("A4")
    void aProgramEndsByItselfWhenItsLastServerAndSocketAreClosed() throws Exception {
        ChildJvm.Result result = ChildJvm.run(Programs.class, "close");
        assertThat(result.output()).isEqualTo("closed\nrun returned\n");
        assertThat(result.status()).isZero();
    }

    @Test
    @Tag("A16")
    void anUnreferencedTimerAloneLetsTheProgramEnd() throws Exception {
        ChildJvm.Result result = ChildJvm.run(Programs.class, "unref");
        assertThat(result).isEqualTo(new ChildJvm.Result(0, "run returned\n"));
    }

    @Test
    @Tag("I10")
    void aListenErrorThatNobodyWatchesEndsTheProgramWithAStatus() throws Exception {
        try (LoopFixture fixture = new LoopFixture()) {
            NetServer server =
                    fixture.call(() ->
                            NetServer.create(fixture.loop(), s -> {})
                                    .listen(IpAddress.loopback(0)));
            int port = fixture.call(server::port);
            ChildJvm.Result result = ChildJvm.run(Programs.class, "in-use", String.valueOf(port));
            assertThat(result.output())
                    .contains("listen EADDRINUSE: address already in use 127.0.0.1:" + port)
                    .doesNotContain("run returned");
            assertThat(result.status()).isEqualTo(1);
        }
    }

    @Test
    @Tag("I10")
    void aListenErrorThatNobodyWatchesEndsTheRun() {
        try (LoopFixture fixture = new LoopFixture()) {
            NetServer server =
                    fixture.call(() ->
                            NetServer.create(fixture.loop(), s -> {})
                                    .listen(IpAddress.loopback(0)));
            IpAddress taken = IpAddress.loopback(fixture.call(server::port));
            assertThatThrownBy(() ->
                            LoopFixture.run(loop -> {
                                loop.setTimeout(Duration.ofHours(1), () -> {});
                                NetServer.create(loop, s -> {}).listen(taken);
                            }))
                    .hasMessage("listen EADDRINUSE: address already in use " + taken)
                    .hasCauseInstanceOf(BindException.class);
        }
    }

    @Test
    @Tag("A1")
    void twoLoopsOnTwoThreadsServeTwoPorts() {
        try (LoopFixture one = new LoopFixture();
                LoopFixture two = new LoopFixture()) {
            for (LoopFixture fixture : new LoopFixture[] {one, two}) {
                NetServer server =
                        fixture.call(() ->
                                NetServer.create(fixture.loop(), socket -> socket.pipeTo(socket))
                                        .listen(IpAddress.loopback(0)));
                try (RawClient client = RawClient.connect(fixture.call(server::port))) {
                    assertThat(client.write("echo").halfClose().readToEnd()).isEqualTo("echo");
                }
            }
            assertThat(one.loop()).isNotSameAs(two.loop());
        }
    }
}
