package dev.millrace.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.kernel.ListenOptions;
import dev.millrace.kernel.UnixAddress;
import dev.millrace.kernel.UnixListenOptions;
import dev.millrace.loop.Loop;
import dev.millrace.net.NetServer;
import dev.millrace.testing.ChildJvm;
import java.io.BufferedReader;
import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Several processes want one socket file that a killed one has left behind. */
@Timeout(60)
class UnixTakeOverTest {
    /** Listens when told to, and says how that went; then it lives until it is killed. */
    static final class Contender {
        public static void main(String[] arguments) throws IOException {
            ListenOptions options =
                    ListenOptions.DEFAULTS.withUnix(
                            UnixListenOptions.DEFAULTS.withTakeOverStale(true));
            Loop.run(loop -> {
                System.out.println("ready");
                readByte();
                NetServer server = NetServer.create(loop, socket -> socket.end());
                server.onListening(() -> System.out.println("listening"));
                server.onError(error -> {
                    System.out.println(error.getMessage());
                    loop.nextTick(Contender::readByte);
                });
                server.listen(UnixAddress.of(arguments[0]), options);
            });
        }

        private static void readByte() {
            try {
                System.in.read();
            } catch (IOException e) {
                throw new AssertionError(e);
            }
        }
    }

    private record Child(Process process, BufferedReader output) {
        static Child start(Path path) throws IOException {
            Process process =
                    new ProcessBuilder(ChildJvm.archived(Contender.class, path.toString()))
                            .redirectErrorStream(true)
                            .start();
            return new Child(process, process.inputReader());
        }

        void go() throws IOException {
            process.getOutputStream().write('\n');
            process.getOutputStream().flush();
        }

        void kill() throws InterruptedException {
            process.destroyForcibly().waitFor();
        }
    }

    @Test
    @Tag("G11")
    @Tag("X69")
    void exactlyOneWinsAndItsSuccessorAfterAKill(@TempDir Path folder) throws Exception {
        Path path = folder.resolve("s");
        List<Child> children = new ArrayList<>();
        try {
            for (int round = 0; round < 2; round++) {
                List<Child> contenders = List.of(Child.start(path), Child.start(path));
                children.addAll(contenders);
                for (Child child : contenders) {
                    assertThat(child.output().readLine()).isEqualTo("ready");
                }
                for (Child child : contenders) {
                    child.go();
                }
                List<String> outcomes = new ArrayList<>();
                for (Child child : contenders) {
                    outcomes.add(child.output().readLine());
                }
                assertThat(outcomes)
                        .containsExactlyInAnyOrder(
                                "listening", "listen EADDRINUSE: address already in use " + path);
                SocketChannel.open(UnixDomainSocketAddress.of(path)).close();
                // Killed, so that the file stays, for the next round to take over.
                for (Child child : contenders) {
                    child.kill();
                }
                assertThat(path).exists();
            }
        } finally {
            for (Child child : children) {
                child.kill();
            }
        }
    }
}
