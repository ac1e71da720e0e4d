package dev.millrace.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Clients that ask for much at once and read nothing. */
class ServePipelineTest {
    private static final int CONNECTIONS = 12;
    private static final int REQUESTS = 256;
    private static final int NAMES = 5_000;
    private static final int ASKED = 1_000;

    /** Beside what a client waits for without the floods: a busy machine has its share. */
    private static final Duration WORST = Duration.ofMillis(300);

    private static final long GROWTH_KILOBYTES = 100 << 10;

    private static Peer flood(Launched server, String path) throws IOException {
        Peer peer = Peer.slowAt(server.port());
        return peer.send(("GET " + path + " HTTP/1.1\r\nHost: a\r\n\r\n").repeat(REQUESTS));
    }

    private static long kilobytes(Launched server) throws IOException {
        String line =
                Files.readAllLines(Path.of("/proc/" + server.pid() + "/status")).stream()
                        .filter(each -> each.startsWith("VmRSS:"))
                        .findFirst()
                        .orElseThrow();
        return Long.parseLong(line.replaceAll("\\D", ""));
    }

    private static long descriptors(Launched server) throws IOException {
        try (var open = Files.list(Path.of("/proc/" + server.pid() + "/fd"))) {
            return open.count();
        }
    }

    private static Duration ask(Launched server) throws IOException {
        long start = System.nanoTime();
        try (Peer peer = Peer.of(server)) {
            assertThat(peer.ask("GET /small").text()).isEqualTo("small");
        }
        return Duration.ofNanos(System.nanoTime() - start);
    }

    private static Duration worst(Launched server) throws IOException {
        Duration worst = Duration.ZERO;
        for (int count = 0; count < ASKED; count++) {
            Duration taken = ask(server);
            worst = taken.compareTo(worst) > 0 ? taken : worst;
        }
        return worst;
    }

    @Tag("faults")
    @Test
    void whoAsksForMuchAndReadsNothingHoldsLittleAndHoldsUpNoOne(@TempDir Path folder)
            throws IOException {
        Files.write(folder.resolve("f"), new byte[128 << 10]);
        Files.writeString(folder.resolve("small"), "small");
        Files.createDirectory(folder.resolve("many"));
        for (int number = 0; number < NAMES; number++) {
            Files.createFile(folder.resolve("many/name-of-a-file-" + number));
        }
        Map<String, String> heap = Map.of("JDK_JAVA_OPTIONS", "-Xmx256m");
        List<Peer> floods = new ArrayList<>();
        try (Launched server = Launched.start(heap, "serve", "" + folder, "--port=0")) {
            server.listening();
            Duration before = worst(server);
            long kilobytes = kilobytes(server);
            long descriptors = descriptors(server);
            for (int count = 0; count < CONNECTIONS; count++) {
                floods.add(flood(server, "/f"));
                floods.add(flood(server, "/many/"));
            }
            assertThat(worst(server)).isLessThan(WORST.plus(before));
            assertThat(kilobytes(server) - kilobytes).isLessThan(GROWTH_KILOBYTES);
            // Its socket and a file each, and some that are being closed.
            assertThat(descriptors(server) - descriptors).isLessThan(2 * CONNECTIONS * 2 + 10);
            for (Peer peer : floods) {
                peer.close();
            }
        }
    }

    /** Each has its socket, and all of them one file. */
    @Test
    void manyRequestsForOneFileOpenItOnce(@TempDir Path folder) throws IOException {
        Files.write(folder.resolve("f"), new byte[1 << 20]);
        Files.writeString(folder.resolve("small"), "small");
        String requests = "GET /f HTTP/1.1\r\nHost: a\r\n\r\n".repeat(1_000);
        List<Peer> floods = new ArrayList<>();
        try (Launched server = Launched.start("serve", "" + folder, "--port=0").listening()) {
            ask(server);
            long descriptors = descriptors(server);
            for (int count = 0; count < CONNECTIONS; count++) {
                floods.add(Peer.slowAt(server.port()).send(requests));
                assertThat(floods.getLast().head().status()).isEqualTo(200);
            }
            assertThat(descriptors(server) - descriptors).isLessThan(2 * CONNECTIONS + 1);
            ask(server);
            for (Peer peer : floods) {
                peer.close();
            }
        }
    }

    @Test
    void pipelinedAnswersAreWholeAndInOrder(@TempDir Path folder) throws IOException {
        StringBuilder requests = new StringBuilder();
        for (int number = 0; number < REQUESTS; number++) {
            Files.writeString(folder.resolve("f" + number), "x".repeat(number * 1000) + number);
            requests.append("GET /f" + number + " HTTP/1.1\r\nHost: a\r\n\r\n");
        }
        try (Launched server = Launched.start("serve", "" + folder, "--port=0").listening();
                Peer peer = Peer.slowAt(server.port()).send(requests.toString())) {
            for (int number = 0; number < REQUESTS; number++) {
                String text = peer.answer(false).text();
                assertThat(text).hasSizeGreaterThan(number * 1000).endsWith("" + number);
            }
        }
    }
}
