package dev.millrace.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;

/** One server under test: started, stopped while others are measured, ended. */
final class ServerProcess implements AutoCloseable {

    static final int SERVER_CPU = 0;
    static final int LOAD_CPU = 1;

    private static final long LISTEN_NANOS_MAX = 30_000_000_000L;
    private static final Set<ServerProcess> RUNNING = ConcurrentHashMap.newKeySet();

    static {
        Runtime.getRuntime()
                .addShutdownHook(new Thread(() -> RUNNING.forEach(ServerProcess::kill)));
    }

    private final Peer peer;
    private final Endpoint at;
    private final Process process;
    private boolean stopped;

    private ServerProcess(Peer peer, Endpoint at, Process process) {
        this.peer = peer;
        this.at = at;
        this.process = process;
    }

    /** Returns when the server accepts connections. */
    static ServerProcess start(Peer peer, Service service, Endpoint at, Layout layout)
            throws LeftOut, IOException, InterruptedException {
        Command command = peer.maker().command(service, at).pinnedTo(SERVER_CPU);
        Path log = layout.output(peer.name() + "-" + service.name().toLowerCase() + ".log");
        Process process =
                command.builder().redirectErrorStream(true).redirectOutput(log.toFile()).start();
        ServerProcess server = new ServerProcess(peer, at, process);
        RUNNING.add(server);
        server.awaitListening(layout.root().relativize(log));
        return server;
    }

    private void awaitListening(Path log) throws LeftOut, InterruptedException {
        long begin = System.nanoTime();
        while (System.nanoTime() - begin < LISTEN_NANOS_MAX && process.isAlive()) {
            try {
                at.connect().close();
                return;
            } catch (IOException notYet) {
                Thread.sleep(20);
            }
        }
        String what = process.isAlive() ? " does not listen" : " ended with " + process.exitValue();
        close();
        throw new LeftOut(name() + what + "; see " + log);
    }

    String name() {
        return peer.name();
    }

    Peer peer() {
        return peer;
    }

    Endpoint at() {
        return at;
    }

    long pid() {
        return process.pid();
    }

    /** The process and its descendants: a server may be started through a script. */
    List<Long> pids() {
        List<Long> pids = new ArrayList<>(List.of(process.pid()));
        process.descendants().map(ProcessHandle::pid).forEach(pids::add);
        return pids;
    }

    /** SIGSTOP: a server that waits for its turn costs nothing. */
    void stop() throws IOException, InterruptedException {
        if (!stopped) {
            signal("STOP");
            stopped = true;
        }
    }

    void resume() throws IOException, InterruptedException {
        if (stopped) {
            signal("CONT");
            stopped = false;
        }
    }

    private void signal(String name) throws IOException, InterruptedException {
        StringBuilder command = new StringBuilder("kill -").append(name);
        pids().forEach(pid -> command.append(' ').append(pid));
        new ProcessBuilder("sh", "-c", command.toString()).start().waitFor();
    }

    @Override
    public void close() {
        kill();
        try {
            process.waitFor(10, TimeUnit.SECONDS);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
        RUNNING.remove(this);
        if (at.unix()) {
            try {
                Files.deleteIfExists(Path.of(at.text()));
            } catch (IOException left) {
                // A socket file that stays behind is removed before the next run.
            }
        }
    }

    /** SIGKILL, which reaches a stopped process too; there is nothing to lose. */
    private void kill() {
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly();
    }
}
