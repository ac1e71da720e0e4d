package dev.millrace.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Files that stay open for a moment make room when descriptors run short. */
class ServeShortageTest {
    private static final Path PRLIMIT = Path.of("/usr/bin/prlimit");
    private static final int FILES = 40;

    @TempDir private Path folder;

    private Launched serve(String driver) throws IOException {
        assumeTrue(Files.isExecutable(PRLIMIT), "needs " + PRLIMIT);
        for (int number = 0; number < FILES; number++) {
            Files.writeString(folder.resolve("f" + number), "file " + number);
        }
        Launched server =
                Launched.start("serve", "" + folder, "--port=0", "--driver", driver).listening();
        try (Peer peer = Peer.of(server)) {
            assertThat(peer.ask("GET /f0").status()).isEqualTo(200);
        }
        return server;
    }

    /** So many descriptors more than there are now. */
    private static void leave(Launched server, int room) throws IOException {
        long now;
        try (var open = Files.list(Path.of("/proc/" + server.pid() + "/fd"))) {
            now = open.count() + room;
        }
        Process limit =
                new ProcessBuilder(
                                "" + PRLIMIT, "--pid", "" + server.pid(), "--nofile=" + now + ":")
                        .start();
        try {
            assertThat(limit.waitFor()).isZero();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    /** None is turned away while a file is kept that nothing is sent of. */
    @ParameterizedTest
    @ValueSource(strings = {"epoll", "nio"})
    void aClientGoesBeforeAFileThatIsKept(String driver) throws IOException {
        List<Peer> peers = new ArrayList<>();
        try (Launched server = serve(driver);
                Peer first = Peer.of(server)) {
            assertThat(first.ask("GET /f0").status()).isEqualTo(200);
            leave(server, FILES + 4);
            for (int number = 0; number < FILES; number++) {
                assertThat(first.ask("GET /f" + number).text()).isEqualTo("file " + number);
            }
            for (int count = 0; count < FILES; count++) {
                peers.add(Peer.of(server));
            }
            for (Peer peer : peers) {
                assertThat(peer.ask("OPTIONS /f0").status()).isEqualTo(204);
            }
            for (Peer peer : peers) {
                peer.close();
            }
        }
    }

    /** As many are kept as there is room for, and another one gets the place of all. */
    @Test
    void aFileThatIsAskedForGoesBeforeThoseThatAreKept() throws IOException {
        try (Launched server = serve("epoll");
                Peer peer = Peer.of(server)) {
            assertThat(peer.ask("GET /f0").status()).isEqualTo(200);
            leave(server, 6);
            for (int number = 0; number < FILES; number++) {
                assertThat(peer.ask("GET /f" + number).text()).isEqualTo("file " + number);
            }
        }
    }
}
