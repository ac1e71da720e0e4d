package dev.millrace.web.content;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.testing.Kernel;
import dev.millrace.web.ServedSite;
import dev.millrace.web.StaticFiles;
import dev.millrace.web.StaticFilesOptions;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Several parts of a file in one body. */
@Timeout(60)
class RangesBodyTest {
    private static final int LENGTH = 40 << 20;

    @TempDir private Path folder;

    private static long descriptors(Path of) {
        try (Stream<Path> all = Files.list(Path.of("/proc/self/fd"))) {
            return all.filter(each -> leadsTo(each, of)).count();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static boolean leadsTo(Path link, Path target) {
        try {
            return Files.readSymbolicLink(link).equals(target);
        } catch (IOException closed) {
            return false;
        }
    }

    private static void expectClosed(Path file) {
        Kernel.await("closed files", () -> descriptors(file) == 0);
    }

    private ServedSite site() throws Exception {
        StaticFilesOptions options = StaticFilesOptions.DEFAULTS.withOpenFilesMax(0);
        return ServedSite.of(loop -> StaticFiles.of(loop, folder, options));
    }

    @Test
    void largePartsAreWhole() throws Exception {
        StringBuilder text = new StringBuilder();
        for (int number = 0; text.length() < 3_000_000; number++) {
            text.append(number).append(' ');
        }
        Path file = Files.writeString(folder.resolve("f.txt"), text).toRealPath();
        try (ServedSite site = site()) {
            ServedSite.Answer answer =
                    site.ask("GET /f.txt", "Range: bytes=1000000-2499999,0-199999,-3");
            String type = answer.field("Content-Type");
            String line = "\r\n--" + type.substring(type.indexOf("boundary=") + 9);
            List<String> parts = List.of(answer.text().split(line));
            assertThat(parts).hasSize(5);
            assertThat(parts.getFirst()).isEmpty();
            assertThat(parts.get(1)).endsWith("\r\n\r\n" + text.substring(1_000_000, 2_500_000));
            assertThat(parts.get(2)).endsWith("\r\n\r\n" + text.substring(0, 200_000));
            assertThat(parts.get(3)).endsWith("\r\n\r\n" + text.substring(text.length() - 3));
            assertThat(parts.getLast()).isEqualTo("--\r\n");
            assertThat(answer.field("Content-Length")).isEqualTo("" + answer.text().length());
            expectClosed(file);
        }
    }

    /** Neither the part that is being sent nor those behind it keep the file. */
    @Test
    @Tag("epoll")
    void aPeerThatLeavesClosesTheFile() throws Exception {
        Path file = folder.toRealPath().resolve("big");
        try (RandomAccessFile made = new RandomAccessFile(file.toFile(), "rw")) {
            made.setLength(LENGTH);
        }
        try (ServedSite site = site();
                Socket socket = new Socket(InetAddress.getLoopbackAddress(), site.port())) {
            String request =
                    "GET /big HTTP/1.1\r\nHost: a\r\nRange: bytes=0-20000000,30000000-\r\n\r\n";
            socket.getOutputStream().write(request.getBytes(ISO_8859_1));
            assertThat(socket.getInputStream().read()).isEqualTo('H');
            assertThat(descriptors(file)).isPositive();
            socket.setSoLinger(true, 0);
            socket.close();
            expectClosed(file);
            assertThat(site.ask("HEAD /big").status()).isEqualTo(200);
        }
    }
}
