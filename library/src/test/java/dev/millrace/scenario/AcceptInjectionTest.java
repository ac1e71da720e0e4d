package dev.millrace.scenario;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.millrace.kernel.IpAddress;
import dev.millrace.kernel.SystemError;
import dev.millrace.loop.Loop;
import dev.millrace.net.NetServer;
import dev.millrace.testing.ChildJvm;
import dev.millrace.testing.RawClient;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What accept4 answers when strace lies. */
@Tag("faults")
class AcceptInjectionTest {
    private static final Path STRACE = Path.of("/usr/bin/strace");

    /** Serves two clients of its own, and says what it met. */
    static final class Server {
        public static void main(String[] arguments) {
            Loop.run(loop -> {
                NetServer server = NetServer.create(loop, socket -> socket.end("served"));
                server.onAcceptError(
                        report -> System.out.println(SystemError.codeOf(report.error())));
                server.listen(IpAddress.loopback(0)).onListening(() -> ask(server));
            });
        }

        private static void ask(NetServer server) {
            int port = server.port();
            Thread.ofPlatform()
                    .start(() -> {
                        for (int count = 0; count < 2; count++) {
                            try (RawClient client = RawClient.connect(port)) {
                                System.out.println(client.readToEnd());
                            }
                        }
                        server.loop()
                                .execute(() -> {
                                    System.out.println("failures " + server.acceptErrorCount());
                                    server.close();
                                });
                    });
        }
    }

    private static List<String> run(String injection) throws IOException, InterruptedException {
        assumeTrue(System.getenv("CI") != null || Files.isExecutable(STRACE), "needs " + STRACE);
        List<String> command = new ArrayList<>();
        command.addAll(List.of(STRACE.toString(), "-f", "-qq", "-o", "/dev/null"));
        command.addAll(List.of("-e", "trace=accept4", "-e", "inject=accept4:" + injection));
        command.addAll(ChildJvm.command(Server.class));
        ChildJvm.Result result = ChildJvm.run(command);
        assertThat(result.status()).as(result.output()).isZero();
        return result.output()
                .lines()
                .filter(line -> !line.contains("AcceptBackoff") && !line.startsWith("WARNING"))
                .toList();
    }

    @ParameterizedTest
    @Tag("D3")
    @Tag("X63")
    @ValueSource(strings = {"ECONNABORTED", "EPROTO", "EHOSTUNREACH"})
    void aConnectionThatDiedIsPassedOver(String code) throws Exception {
        assertThat(run("error=" + code + ":when=1"))
                .containsExactly("served", "served", "failures 0");
    }

    @ParameterizedTest
    @Tag("D6")
    @Tag("X50")
    @Tag("epoll")
    @ValueSource(strings = {"EPERM", "ENOBUFS", "ENOMEM"})
    void otherErrorsAreToldAndListeningGoesOn(String code) throws Exception {
        assertThat(run("error=" + code + ":when=1"))
                .containsExactly(code, "served", "served", "failures 1");
    }

    /** There are descriptors, whatever strace says: the second try finds out. */
    @Test
    @Tag("D4")
    void oneThatFailsForWantOfDescriptorsIsTriedAgainAtOnce() throws Exception {
        assertThat(run("error=EMFILE:when=1")).containsExactly("served", "served", "failures 0");
    }

    @Test
    @Tag("D4")
    @Tag("X50")
    @Tag("epoll")
    void enfileIsTreatedAsEmfile() throws Exception {
        // The first client is shed and sees its end, while the error is told. The second try is for
        // a descriptor that was closed meanwhile, the third because there is one in truth.
        assertThat(run("error=ENFILE:when=1..3"))
                .containsExactlyInAnyOrder("", "ENFILE", "served", "failures 1");
    }
}
