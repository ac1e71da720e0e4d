package dev.millrace.conformance.tls;

import dev.millrace.conformance.ServerProcess;
import dev.millrace.tls.TestCertificates;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.zip.CRC32C;
import javax.net.ssl.SSLSocket;

/**
 * A gibibyte through TLS, and a reader that is slower than the writer; once each way. Java's own
 * blocking sockets are the other end.
 *
 * @param way what the server does
 * @param isWhole whether what came is what was sent
 * @param heapEarlyKib what of the server's heap is live after a tenth of it
 * @param heapLateKib the same at the end
 * @param residentEarlyKib its resident memory after a tenth
 * @param residentLateKib the most that is resident later
 */
record Bulk(
        String way,
        boolean isWhole,
        long heapEarlyKib,
        long heapLateKib,
        long residentEarlyKib,
        long residentLateKib) {
    static final long FULL_BYTES = 1L << 30;

    /** What may come to it in between: of garbage there is none, of compiled code some. */
    private static final long HEAP_GROWTH_MAX_KIB = 2 * 1024;

    private static final long RESIDENT_GROWTH_MAX_KIB = 16 * 1024;
    private static final int STEP_BYTES = 16 << 10;

    /** A piece takes some 60 us then, and a tenth of that to send. */
    private static final int LOOKS = 64;

    private static final int LINE_MAX_BYTES = 200;

    /** One of the two below. */
    interface Way {
        Bulk go(Stage stage, long total) throws IOException;
    }

    /** Whether the memory stays as it is, and all came. */
    boolean isFlat() {
        return isWhole
                && heapLateKib - heapEarlyKib < HEAP_GROWTH_MAX_KIB
                && residentLateKib - residentEarlyKib < RESIDENT_GROWTH_MAX_KIB;
    }

    @Override
    public String toString() {
        return "%-9s %s, live heap %d KiB early and %d late, resident %d KiB early and %d later"
                .formatted(
                        way,
                        isWhole ? "all there" : "NOT WHOLE",
                        heapEarlyKib,
                        heapLateKib,
                        residentEarlyKib,
                        residentLateKib);
    }

    /** The server sends, and its client is slow. */
    static Bulk download(Stage stage, long total) throws IOException {
        try (ServerProcess server = server(stage, total);
                SSLSocket socket = connect(server)) {
            socket.getOutputStream().write('d');
            InputStream in = socket.getInputStream();
            CRC32C sum = new CRC32C();
            byte[] step = new byte[STEP_BYTES];
            Resident resident = new Resident(server, total);
            long left = total;
            while (left > 0) {
                int count = in.read(step, 0, (int) Math.min(STEP_BYTES, left));
                if (count < 0) {
                    break;
                }
                // Slower than the sender: every byte is looked at again and again.
                for (int times = 0; times < LOOKS; times++) {
                    new CRC32C().update(step, 0, count);
                }
                sum.update(step, 0, count);
                left -= count;
                resident.look(total - left);
            }
            return told("download", in, sum, resident);
        }
    }

    /** The client sends, and the server is slow. */
    static Bulk upload(Stage stage, long total) throws IOException {
        try (ServerProcess server = server(stage, total);
                SSLSocket socket = connect(server)) {
            OutputStream out = socket.getOutputStream();
            out.write('u');
            CRC32C sum = new CRC32C();
            byte[] step = new byte[STEP_BYTES];
            Resident resident = new Resident(server, total);
            for (long sent = 0; sent < total; sent += STEP_BYTES) {
                step[(int) (sent / STEP_BYTES % STEP_BYTES)]++;
                sum.update(step);
                out.write(step);
                resident.look(sent);
            }
            return told("upload", socket.getInputStream(), sum, resident);
        }
    }

    private static Bulk told(String way, InputStream in, CRC32C sum, Resident resident)
            throws IOException {
        String line = new String(in.readNBytes(LINE_MAX_BYTES), StandardCharsets.US_ASCII).strip();
        String[] words = line.split(" ");
        boolean isWhole = words[0].equals("%08x".formatted(sum.getValue())) && words.length == 3;
        return new Bulk(
                way,
                isWhole,
                isWhole ? Long.parseLong(words[1]) : 0,
                isWhole ? Long.parseLong(words[2]) : 0,
                resident.early,
                resident.late);
    }

    private static ServerProcess server(Stage stage, long total) throws IOException {
        return ServerProcess.program(
                BulkServer.class,
                List.of(BulkServer.HEAP),
                stage.credentials.server().toString(),
                stage.credentials.serverKey().toString(),
                Long.toString(total));
    }

    private static SSLSocket connect(ServerProcess server) throws IOException {
        int port = Integer.parseInt(server.startLine());
        return (SSLSocket)
                TestCertificates.foreign().getSocketFactory().createSocket("127.0.0.1", port);
    }

    /** The server's resident memory, looked at now and then. */
    private static final class Resident {
        private final ServerProcess server;
        private final long total;
        private long next;
        private long early;
        private long late;

        Resident(ServerProcess server, long total) {
            this.server = server;
            this.total = total;
            this.next = total / 8;
        }

        void look(long bytes) {
            if (bytes >= next) {
                next += total / 64;
                late = Math.max(late, server.residentKib());
                early = early == 0 ? late : early;
            }
        }
    }
}
