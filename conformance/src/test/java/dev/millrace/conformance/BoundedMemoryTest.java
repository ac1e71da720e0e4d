package dev.millrace.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** 1 GiB through a JVM with 64 MiB of heap: memory does not grow with the body (rows J14, R25). */
@Tag("faults")
@Timeout(180)
class BoundedMemoryTest {
    private static final int MIB = 1 << 20;
    private static final long GROWTH_MAX_KIB = 32 * 1024;

    @Test
    @Tag("J14")
    void uploadToAHandlerThatReadsSlowly() throws IOException {
        try (ServerProcess server = start();
                Socket socket = connect(server)) {
            OutputStream out = socket.getOutputStream();
            out.write(
                    ascii(
                            "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: "
                                    + (1L << 30)
                                    + "\r\n\r\n"));
            byte[] chunk = new byte[MIB];
            long early = 0;
            for (int count = 1; count <= 1024; count++) {
                out.write(chunk);
                early = count == 100 ? server.residentKib() : early;
            }
            String answer = readAnswer(socket.getInputStream());
            assertThat(answer).startsWith("HTTP/1.1 200").endsWith(Long.toString(1L << 30));
            assertThat(server.residentKib() - early).isLessThan(GROWTH_MAX_KIB);
        }
    }

    @Test
    @Tag("R25")
    void downloadToAClientThatReadsSlowly() throws IOException {
        try (ServerProcess server = start();
                Socket socket = connect(server)) {
            socket.getOutputStream().write(ascii("GET / HTTP/1.1\r\nHost: a\r\n\r\n"));
            InputStream in = socket.getInputStream();
            byte[] small = new byte[16 * 1024];
            long received = 0;
            long early = 0;
            while (received < SlowHandlers.DOWNLOAD_BYTES) {
                int count = in.read(small);
                assertThat(count).as("after %d bytes", received).isPositive();
                received += count;
                early = early == 0 && received > 100 * MIB ? server.residentKib() : early;
            }
            assertThat(server.residentKib() - early).isLessThan(GROWTH_MAX_KIB);
        }
    }

    private static ServerProcess start() throws IOException {
        return ServerProcess.program(SlowHandlers.class, List.of("-Xmx64m", "-XX:+UseSerialGC"));
    }

    private static Socket connect(ServerProcess server) throws IOException {
        int port = Integer.parseInt(server.startLine());
        return new Socket(InetAddress.getLoopbackAddress(), port);
    }

    /** Up to the body, which is as long as its Content-Length says. */
    private static String readAnswer(InputStream in) throws IOException {
        StringBuilder answer = new StringBuilder();
        int end = -1;
        int length = 0;
        while (end < 0 || answer.length() < end + length) {
            int b = in.read();
            if (b < 0) {
                break;
            }
            answer.append((char) b);
            if (end < 0 && answer.toString().endsWith("\r\n\r\n")) {
                end = answer.length();
                String digits =
                        answer.toString().replaceAll("(?s).*Content-Length: (\\d+).*", "$1");
                length = Integer.parseInt(digits);
            }
        }
        return answer.toString();
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}
