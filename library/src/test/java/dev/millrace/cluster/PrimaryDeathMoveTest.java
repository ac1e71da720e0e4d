package dev.millrace.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.http.RawHttp;
import dev.millrace.testing.ChildJvm;
import dev.millrace.testing.Kernel;
import java.io.BufferedReader;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The primary dies while a connection is on its way from worker to worker. */
@Tag("epoll")
@Tag("X88")
class PrimaryDeathMoveTest {
    /** Of a client that {@code worker} serves. */
    private static RawHttp servedBy(int port, int worker) throws IOException {
        while (true) {
            RawHttp client = RawHttp.connect(port);
            if (client.get().text().equals(worker + " /\n")) {
                return client;
            }
            client.close();
        }
    }

    /** What still comes, up to the end or a reset. */
    private static String rest(RawHttp client) {
        StringBuilder text = new StringBuilder();
        try {
            while (true) {
                text.append(client.line()).append('\n');
            }
        } catch (IOException end) {
            return text.append(end.getMessage()).toString();
        }
    }

    @Test
    void itIsClosedWhereItWasAsItMayBeAnothersAlready() throws Exception {
        Process primary = new ProcessBuilder(ChildJvm.archived(MovingPrimary.class)).start();
        List<Long> pids = new ArrayList<>();
        try {
            BufferedReader lines = primary.inputReader();
            int port = 0;
            while (pids.size() < 2) {
                String line = lines.readLine();
                port = Integer.parseInt(line.substring(line.lastIndexOf(':') + 1));
                pids.add(Long.parseLong(line.substring(0, line.indexOf(' '))));
            }
            // Those that were closed on the way here have gone when the next one is served.
            try (RawHttp heir = servedBy(port, 2);
                    RawHttp client = servedBy(port, 1);
                    RawHttp other = servedBy(port, 1)) {
                long stopped = Long.parseLong(heir.send(RawHttp.get("/pid")).answer().text());
                Kernel.signal("STOP", stopped);
                // This one is closed, so that only the other one moves.
                other.send("GET /leave HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
                assertThat(other.answer().text()).isEqualTo("1 /leave\n");
                assertThat(lines.readLine()).isEqualTo("under way");
                primary.destroyForcibly().waitFor();
                client.send(RawHttp.get("/x"));
                Kernel.signal("CONT", stopped);
                assertThat(rest(client)).doesNotContain("1 /x");
            }
        } finally {
            primary.destroyForcibly();
            pids.stream()
                    .flatMap(pid -> ProcessHandle.of(pid).stream())
                    .forEach(ProcessHandle::destroyForcibly);
        }
    }
}
