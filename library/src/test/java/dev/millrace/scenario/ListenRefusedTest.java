package dev.millrace.scenario;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.millrace.kernel.IpAddress;
import dev.millrace.loop.Loop;
import dev.millrace.net.NetServer;
import dev.millrace.testing.ChildJvm;
import dev.millrace.testing.Journal;
import dev.millrace.testing.Kernel;
import dev.millrace.testing.LoopFixture;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Listening where one may not: told, nothing left over, retry possible. */
class ListenRefusedTest {
    @Test
    @Tag("X68")
    void aTakenPortLeavesNothingAndMayBeTriedAgainOnceItIsFree() {
        Journal journal = new Journal();
        try (LoopFixture fixture = new LoopFixture()) {
            NetServer first =
                    fixture.call(() ->
                            NetServer.create(fixture.loop(), socket -> {})
                                    .onListening(journal.line("first"))
                                    .listen(IpAddress.loopback(0)));
            journal.await("first");
            IpAddress taken = (IpAddress) fixture.call(first::address).orElseThrow();
            NetServer second =
                    fixture.call(() ->
                            NetServer.create(fixture.loop(), socket -> {})
                                    .onListening(journal.line("second"))
                                    .onError(error -> journal.add(error.getMessage())));
            int sockets = Kernel.watchedBy(epoll(taken.port())).size();
            int descriptors = Kernel.descriptors("socket:").size();
            for (int count = 1; count <= 3; count++) {
                fixture.act(() -> second.listen(taken));
                journal.await("listen EADDRINUSE: address already in use " + taken, count);
                assertThat(fixture.call(second::isListening)).isFalse();
            }
            assertThat(Kernel.watchedBy(epoll(taken.port()))).hasSize(sockets);
            // Loops of tests before it may be closing theirs.
            Kernel.await("none is left", () -> Kernel.descriptors("socket:").size() <= descriptors);
            fixture.act(first::close);
            fixture.act(() -> second.listen(taken));
            journal.await("second");
            assertThat(Kernel.isListening(taken.port())).isTrue();
        }
    }

    private static int epoll(int port) {
        return Kernel.tcp().stream()
                .filter(one -> one.localPort() == port && one.state() == Kernel.LISTEN)
                .mapToInt(one -> Kernel.epollOf(Kernel.descriptor(one.inode())))
                .findFirst()
                .orElseThrow();
    }

    /** Listens on port 1, then on one that it may have. */
    static final class LowPort {
        public static void main(String[] arguments) {
            Loop.run(loop -> {
                NetServer server = NetServer.create(loop, socket -> {});
                server.onError(error -> {
                    System.out.println(error.getMessage());
                    server.listen(IpAddress.loopback(0));
                });
                server.onListening(() -> {
                    System.out.println("listening");
                    server.close();
                });
                server.listen(IpAddress.loopback(1));
            });
        }
    }

    @Test
    @Tag("X68")
    void aLowPortIsEaccesForWhoMayNotHaveIt() throws IOException, InterruptedException {
        Path first = Path.of("/proc/sys/net/ipv4/ip_unprivileged_port_start");
        assumeTrue(
                Files.exists(first) && !Files.readString(first).strip().equals("0"),
                "every port is for everybody here");
        List<String> command = new ArrayList<>();
        if (System.getProperty("user.name").equals("root")) {
            Path setpriv = Path.of("/usr/bin/setpriv");
            assumeTrue(Files.isExecutable(setpriv), "root may do all: needs setpriv");
            command.addAll(List.of(setpriv.toString(), "--bounding-set", "-net_bind_service"));
        }
        command.addAll(ChildJvm.command(LowPort.class));
        ChildJvm.Result result = ChildJvm.run(command);
        assertThat(result.output())
                .isEqualTo("listen EACCES: permission denied 127.0.0.1:1\nlistening\n");
        assertThat(result.status()).isZero();
    }
}
