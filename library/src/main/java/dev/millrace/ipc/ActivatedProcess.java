package dev.millrace.ipc;

import dev.millrace.kernel.Descriptor;
import dev.millrace.kernel.SystemError;
import dev.millrace.loop.Loop;
import dev.millrace.stream.Listeners;
import dev.millrace.sys.Spawn;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Any program, started with sockets that are open already, as systemd starts one (socket
 * activation, sd_listen_fds(3)): from descriptor 3 on, with {@code LISTEN_FDS}, {@code
 * LISTEN_FDNAMES} and {@code LISTEN_PID} in its environment.
 *
 * <pre>
 *   start ──▶ running ──ends, by itself or not──▶ onExit, once
 * </pre>
 *
 * It has standard output and error of ours, an empty standard input, and a process group of its
 * own, so that Ctrl-C does not reach it. There is no channel to it. Belongs to its loop's thread,
 * and keeps the loop alive until it has ended.
 *
 * {@snippet class="dev.millrace.ipc.ActivatedProcessTest" region="activated"}
 */
public final class ActivatedProcess {
    private static final String SHELL = "/bin/sh";

    /** The number of the process is known to itself alone; it stays the same through exec. */
    private static final String SCRIPT = "export LISTEN_PID=$$; exec \"$@\"";

    private static final int NAME_MAX_CHARS = 255;

    private final Loop loop;
    private final ProcessHandle process;
    private final Runnable hold;
    private @Nullable ChildExit exit;
    private @Nullable Consumer<? super ChildExit> exitListener;

    private ActivatedProcess(Loop loop, int pid) {
        this.loop = loop;
        // Until it is waited for the number is its own, also when it has ended.
        this.process = ProcessHandle.of(pid).orElseThrow();
        this.hold = loop.keepAlive();
        Thread.ofPlatform()
                .daemon()
                .name("millrace-wait-" + pid)
                .start(() -> {
                    int status = Spawn.await(pid);
                    loop.execute(() -> ended(new ChildExit(Math.max(status, 0))));
                });
    }

    /**
     * Starts {@code command}, and blocks for the milliseconds that this takes.
     *
     * @param command the program and its arguments; the shell looks for it in PATH, and ends with
     *     127 if it is not there, 126 if it can't be executed
     * @param sockets by name, in the order of their numbers: they stay the caller's as well. They
     *     are made blocking, as systemd passes them
     * @param environment variables that it has besides ours; one with an empty value it does not
     *     have
     * @throws IOException if no process can be made: EAGAIN, EMFILE
     * @throws IllegalArgumentException if the command is empty, or a name is longer than 255
     *     characters, or has a colon or a control character
     */
    public static ActivatedProcess start(
            Loop loop,
            List<String> command,
            SequencedMap<String, Descriptor> sockets,
            Map<String, String> environment)
            throws IOException {
        loop.checkThread();
        if (command.isEmpty()) {
            throw new IllegalArgumentException("the command is empty: name a program");
        }
        sockets.keySet().forEach(ActivatedProcess::checkName);
        List<Integer> numbers = new ArrayList<>();
        for (Descriptor socket : sockets.sequencedValues()) {
            numbers.add(socket.number());
        }
        Map<String, String> variables = new HashMap<>(System.getenv());
        ChildStart.forget(variables);
        variables.putAll(environment);
        variables.put("LISTEN_FDS", String.valueOf(numbers.size()));
        variables.put("LISTEN_FDNAMES", String.join(":", sockets.sequencedKeySet()));
        List<String> texts = new ArrayList<>();
        variables.forEach((name, value) -> {
            if (!value.isEmpty()) {
                texts.add(name + "=" + value);
            }
        });
        List<String> words = new ArrayList<>(List.of("sh", "-c", SCRIPT, "sh"));
        words.addAll(command);
        int pid = Spawn.start(SHELL, words, texts, numbers);
        if (pid < 0) {
            throw SystemError.of(-pid, "posix_spawn");
        }
        return new ActivatedProcess(loop, pid);
    }

    private static void checkName(String name) {
        boolean isClean = name.chars().allMatch(c -> c > ' ' && c < 0x7f && c != ':');
        if (name.isEmpty() || name.length() > NAME_MAX_CHARS || !isClean) {
            throw new IllegalArgumentException(
                    "a socket can't be called "
                            + name
                            + ": use 1 to "
                            + NAME_MAX_CHARS
                            + " characters of ASCII, none of them a colon or a space");
        }
    }

    private void ended(ChildExit how) {
        exit = how;
        hold.run();
        if (exitListener != null) {
            exitListener.accept(how);
        }
    }

    /** It has ended, by itself or not; told once. */
    public ActivatedProcess onExit(Consumer<? super ChildExit> listener) {
        loop.checkThread();
        exitListener = Listeners.once(exitListener, listener, "onExit");
        return this;
    }

    /** Asks it to end (SIGTERM); without effect when it has ended. */
    public void terminate() {
        loop.checkThread();
        if (exit == null) {
            process.destroy();
        }
    }

    /** Ends it (SIGKILL); without effect when it has ended. */
    public void kill() {
        loop.checkThread();
        if (exit == null) {
            process.destroyForcibly();
        }
    }

    /** Whether it has not been heard to end. */
    public boolean isAlive() {
        loop.checkThread();
        return exit == null;
    }

    /** Its process. */
    public long pid() {
        loop.checkThread();
        return process.pid();
    }

    /** The loop it belongs to. */
    public Loop loop() {
        return loop;
    }

    /** {@code ActivatedProcess[pid 4711]}. Any thread. */
    @Override
    public String toString() {
        return "ActivatedProcess[pid " + process.pid() + "]";
    }
}
