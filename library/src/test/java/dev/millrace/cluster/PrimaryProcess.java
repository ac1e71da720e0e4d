package dev.millrace.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.testing.ChildJvm;
import dev.millrace.testing.Journal;
import dev.millrace.testing.Kernel;
import java.io.BufferedReader;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** A primary in a process of its own, and what it and its successors print. */
final class PrimaryProcess implements AutoCloseable {
    final Journal journal = new Journal();
    final Path control;
    final Process process;

    PrimaryProcess(Path control, String... ofWorkers) throws IOException {
        this(Map.of(), control, ofWorkers);
    }

    PrimaryProcess(Map<String, String> environment, Path control, String... ofWorkers)
            throws IOException {
        this.control = control;
        String[] arguments =
                Stream.concat(Stream.of(control.toString()), Stream.of(ofWorkers))
                        .toArray(String[]::new);
        ProcessBuilder builder =
                new ProcessBuilder(ChildJvm.archived(SignalledProgram.class, arguments))
                        .redirectErrorStream(true);
        builder.environment().putAll(environment);
        process = builder.start();
        Thread.ofVirtual().start(this::read);
    }

    private void read() {
        try (BufferedReader lines = process.inputReader()) {
            lines.lines().forEach(journal::add);
        } catch (IOException | java.io.UncheckedIOException ended) {
            journal.add("no more lines");
        }
    }

    long pid() {
        return process.pid();
    }

    /** Waits for a line of the process {@code pid} that begins so; what follows. */
    String said(long pid, String prefix) {
        String wanted = pid + " " + prefix;
        Kernel.await(
                wanted + " in " + journal.lines(),
                () -> journal.lines().stream().anyMatch(line -> line.startsWith(wanted)));
        return all(wanted).getFirst();
    }

    private List<String> all(String wanted) {
        return journal.lines().stream()
                .filter(line -> line.startsWith(wanted))
                .map(line -> line.substring(wanted.length()))
                .toList();
    }

    /** Waits until so many workers of the primary {@code pid} listen; the port. */
    int port(long pid, String kind, int workers) {
        String wanted = pid + " " + kind + " listens ";
        Kernel.await(wanted, () -> all(wanted).size() >= workers);
        String key = all(wanted).getFirst();
        return Integer.parseInt(key.substring(key.lastIndexOf(':') + 1));
    }

    /** The workers that were ever online under the primary {@code pid}. */
    List<ProcessHandle> workers(long pid) {
        return all(pid + " online ").stream()
                .map(text -> Long.parseLong(text.substring(text.indexOf(' ') + 1)))
                .flatMap(worker -> ProcessHandle.of(worker).stream())
                .toList();
    }

    static boolean areOver(List<ProcessHandle> processes) {
        return processes.stream().noneMatch(process -> Kernel.isRunning(process.pid()));
    }

    /** A connection that was greeted. */
    static Socket connect(int port) throws IOException {
        Socket socket = new Socket(InetAddress.getLoopbackAddress(), port);
        assertThat(line(socket)).matches("[0-9]+");
        return socket;
    }

    static String line(Socket socket) throws IOException {
        StringBuilder line = new StringBuilder();
        for (int next = socket.getInputStream().read();
                next != '\n' && next >= 0;
                next = socket.getInputStream().read()) {
            line.append((char) next);
        }
        return line.toString();
    }

    static String echo(Socket socket, String text) throws IOException {
        socket.getOutputStream().write((text + "\n").getBytes(StandardCharsets.UTF_8));
        return line(socket);
    }

    @Override
    public void close() {
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly();
        journal.lines().stream()
                .filter(line -> line.matches("[0-9]+ online [0-9]+ [0-9]+"))
                .flatMap(line ->
                        Stream.of(
                                line.substring(0, line.indexOf(' ')),
                                line.substring(line.lastIndexOf(' ') + 1)))
                .distinct()
                .flatMap(pid -> ProcessHandle.of(Long.parseLong(pid)).stream())
                .forEach(ProcessHandle::destroyForcibly);
    }
}
