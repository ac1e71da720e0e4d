package dev.millrace.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Files that are larger than the server's heap. */
class ServeLargeFileTest {
    private static final long LENGTH = 96L << 20;

    @Test
    void slowReadersCostNoMemoryAndHoldNobodyUp(@TempDir Path folder) throws IOException {
        try (RandomAccessFile file = new RandomAccessFile(folder.resolve("big").toFile(), "rw")) {
            file.setLength(LENGTH);
            file.seek(LENGTH - 3);
            file.write("end".getBytes());
        }
        Files.writeString(folder.resolve("small"), "small");
        Map<String, String> smallHeap = Map.of("JDK_JAVA_OPTIONS", "-Xmx24m");
        List<Peer> slow = new ArrayList<>();
        try (Launched server = Launched.start(smallHeap, "serve", "" + folder, "--port=0")) {
            server.listening();
            for (int count = 0; count < 8; count++) {
                Peer peer = Peer.slowAt(server.port());
                peer.send("GET /big HTTP/1.1\r\nHost: a\r\n\r\n");
                assertThat(peer.head().field("content-length")).isEqualTo("" + LENGTH);
                slow.add(peer);
            }
            try (Peer quick = Peer.of(server)) {
                assertThat(quick.ask("GET /small").text()).isEqualTo("small");
            }
            Peer first = slow.getFirst();
            first.in().skipNBytes(LENGTH - 3);
            assertThat(first.read(3)).isEqualTo("end");
            assertThat(first.ask("GET /small").text()).as("kept alive").isEqualTo("small");
            assertThat(openFiles(server, "big")).as("shared, and open").isBetween(1L, 8L);
            for (Peer peer : slow) {
                peer.close();
            }
            expectClosed(server, "big");
        }
    }

    @Test
    void aRangeFromTheMiddleIsStreamed(@TempDir Path folder) throws IOException {
        try (RandomAccessFile file = new RandomAccessFile(folder.resolve("big").toFile(), "rw")) {
            file.setLength(LENGTH);
            file.seek(LENGTH / 2);
            file.write("middle".getBytes());
        }
        try (Launched server = Launched.start("serve", "" + folder, "--port=0").listening();
                Peer peer = Peer.of(server)) {
            peer.send("GET /big HTTP/1.1\r\nHost: a\r\nRange: bytes=" + LENGTH / 2 + "-\r\n\r\n");
            assertThat(peer.head().status()).isEqualTo(206);
            assertThat(peer.read(6)).isEqualTo("middle");
            peer.in().skipNBytes(LENGTH / 2 - 6);
            assertThat(peer.ask("GET /big", "Range: bytes=0-1").status()).isEqualTo(206);
        }
    }

    private static long openFiles(Launched server, String name) {
        try (var descriptors = Files.list(Path.of("/proc/" + server.pid() + "/fd"))) {
            return descriptors.filter(fd -> target(fd).endsWith("/" + name)).count();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String target(Path descriptor) {
        try {
            return Files.readSymbolicLink(descriptor).toString();
        } catch (IOException e) {
            return "";
        }
    }

    /** The server finds out by itself, a little after the peers have gone. */
    private static void expectClosed(Launched server, String name) {
        WorkersTest.until("closed files", () -> openFiles(server, name) == 0);
    }
}
