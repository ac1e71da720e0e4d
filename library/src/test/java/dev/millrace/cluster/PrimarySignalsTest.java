package dev.millrace.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.testing.Kernel;
import java.io.IOException;
import java.net.Socket;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the signals of a process mean to a primary. */
@Tag("epoll")
class PrimarySignalsTest {
    @TempDir Path folder;

    private PrimaryProcess start() throws IOException {
        return new PrimaryProcess(folder.resolve("control"), "tcp", "0");
    }

    @Test
    @Tag("X89")
    void theFirstOneDrainsAndTheStatusIsZero() throws IOException, InterruptedException {
        try (var primary = start()) {
            int port = primary.port(primary.pid(), "tcp", 2);
            List<ProcessHandle> workers = primary.workers(primary.pid());
            try (Socket client = PrimaryProcess.connect(port)) {
                // A terminal sends it to all of them.
                workers.forEach(worker -> Kernel.signal("INT", worker.pid()));
                workers.forEach(worker -> Kernel.signal("HUP", worker.pid()));
                Kernel.signal("INT", primary.pid());
                Kernel.await("nothing listens", () -> !Kernel.isListening(port));
                assertThat(PrimaryProcess.echo(client, "still served")).isEqualTo("still served");
                assertThat(primary.process.isAlive()).isTrue();
            }
            assertThat(primary.process.waitFor()).isZero();
            assertThat(workers).noneMatch(ProcessHandle::isAlive);
            assertThat(folder.resolve("control")).doesNotExist();
        }
    }

    @Test
    @Tag("X89")
    void theSecondOneEndsAllAtOnce() throws IOException, InterruptedException {
        try (var primary = start()) {
            int port = primary.port(primary.pid(), "tcp", 2);
            List<ProcessHandle> workers = primary.workers(primary.pid());
            try (Socket client = PrimaryProcess.connect(port)) {
                Kernel.signal("TERM", primary.pid());
                Kernel.await("nothing listens", () -> !Kernel.isListening(port));
                assertThat(PrimaryProcess.echo(client, "still served")).isEqualTo("still served");
                Kernel.signal("TERM", primary.pid());
                assertThat(primary.process.waitFor()).isEqualTo(128 + 15);
                assertThat(client.getInputStream().read()).isEqualTo(-1);
                Kernel.await("no worker", () -> PrimaryProcess.areOver(workers));
            }
        }
    }

    @Test
    @Tag("X88")
    void aHangUpReloadsAndTermLetsAWorkerLeave() throws IOException {
        try (var primary = start()) {
            int port = primary.port(primary.pid(), "tcp", 2);
            long socket = Kernel.listener(port);
            List<ProcessHandle> old = primary.workers(primary.pid());
            Kernel.signal("HUP", primary.pid());
            Kernel.await("they are replaced", () -> PrimaryProcess.areOver(old));
            primary.said(primary.pid(), "online 4");
            assertThat(Kernel.listener(port)).isEqualTo(socket);
            List<ProcessHandle> present =
                    primary.workers(primary.pid()).stream()
                            .filter(worker -> !PrimaryProcess.areOver(List.of(worker)))
                            .toList();
            try (Socket client = PrimaryProcess.connect(port)) {
                Kernel.signal("TERM", present.get(0).pid());
                Kernel.signal("TERM", present.get(1).pid());
                assertThat(PrimaryProcess.echo(client, "still served")).isEqualTo("still served");
                assertThat(PrimaryProcess.areOver(present)).isFalse();
            }
            Kernel.await("gone", () -> PrimaryProcess.areOver(present));
        }
    }
}
