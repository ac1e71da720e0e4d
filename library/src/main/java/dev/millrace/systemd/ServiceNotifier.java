package dev.millrace.systemd;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.millrace.kernel.Descriptor;
import dev.millrace.kernel.UnixAddress;
import dev.millrace.loop.Loop;
import dev.millrace.stream.Listeners;
import dev.millrace.sys.NativeAccess;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What a service tells systemd (sd_notify(3), {@code Type=notify}): that it is ready, reloads or
 * stops, that its loop lives, and which descriptors are to be kept for its successor.
 *
 * <pre>
 *   starting ──ready──▶ running ──reloading──▶ reloading ──ready──▶ running ──stopping──▶ stopping
 * </pre>
 *
 * Where {@code WatchdogSec=} is set, it says so from a timer of the loop, twice in that time: a
 * loop that stands still is silent, and systemd restarts the service. Without systemd, which is
 * without {@code NOTIFY_SOCKET}, nothing happens. Belongs to its loop's thread, and never keeps the
 * loop alive.
 *
 * {@snippet class="dev.millrace.systemd.ServiceNotifierExamplesTest" region="ready"}
 */
public final class ServiceNotifier implements AutoCloseable {
    private static final long NANOS_PER_MICRO = 1000;

    private final Loop loop;
    private final Notices notices;
    private final Watchdog watchdog;
    private @Nullable Consumer<? super IOException> errorListener;

    private ServiceNotifier(Loop loop, Map<String, String> environment, long pid) {
        loop.checkThread();
        this.loop = loop;
        this.notices = new Notices(loop, address(environment.get("NOTIFY_SOCKET")), this::failed);
        this.watchdog = new Watchdog(loop, interval(environment, pid), () -> send("WATCHDOG=1"));
    }

    /**
     * That of this process, for {@code loop}; of a program with several loops for one of them, see
     * {@link #watch}.
     *
     * @throws IllegalStateException if {@code NOTIFY_SOCKET} or {@code WATCHDOG_USEC} are set, and
     *     make no sense
     * @throws UnsupportedOperationException without native access, if there is one
     */
    public static ServiceNotifier of(Loop loop) {
        return of(loop, System.getenv(), ProcessHandle.current().pid());
    }

    static ServiceNotifier of(Loop loop, Map<String, String> environment, long pid) {
        return new ServiceNotifier(loop, environment, pid);
    }

    private static @Nullable UnixAddress address(@Nullable String path) {
        if (path == null || path.isEmpty()) {
            return null;
        }
        if (!path.startsWith("/") && !path.startsWith("@")) {
            throw new IllegalStateException(
                    "NOTIFY_SOCKET is "
                            + path
                            + ": a path from / on, or an abstract name behind @, is known");
        }
        if (!NativeAccess.granted()) {
            throw new UnsupportedOperationException(
                    "NOTIFY_SOCKET needs native access: start the JVM with " + NativeAccess.flag());
        }
        try {
            return UnixAddress.of(path);
        } catch (IllegalArgumentException e) {
            throw new IllegalStateException("NOTIFY_SOCKET: " + e.getMessage(), e);
        }
    }

    /**
     * Half of the time that the watchdog waits; zero without one, or with one of another process.
     */
    private static Duration interval(Map<String, String> environment, long pid) {
        String micros = environment.get("WATCHDOG_USEC");
        String process = environment.get("WATCHDOG_PID");
        boolean isOurs = process == null || process.equals(String.valueOf(pid));
        if (micros == null || !isOurs || environment.get("NOTIFY_SOCKET") == null) {
            return Duration.ZERO;
        }
        try {
            long half = Long.parseLong(micros) / 2;
            if (half > 0) {
                return Duration.ofNanos(Math.multiplyExact(half, NANOS_PER_MICRO));
            }
        } catch (NumberFormatException | ArithmeticException e) {
            // Told below.
        }
        throw new IllegalStateException(
                "WATCHDOG_USEC is \"" + micros + "\": set WatchdogSec= to a time");
    }

    /** Whether there is a service manager that listens. */
    public boolean isPresent() {
        loop.checkThread();
        return notices.isPresent();
    }

    /** How often the watchdog is told that the loop lives; zero where there is none. */
    public Duration watchdogInterval() {
        loop.checkThread();
        return watchdog.interval();
    }

    /** The service is up, or has reloaded: units that wait for it go on. */
    public ServiceNotifier ready() {
        return send("READY=1");
    }

    /** What it does, one line for {@code systemctl status}; the end of a line becomes a space. */
    public ServiceNotifier status(String text) {
        return send("STATUS=" + text.replace('\n', ' '));
    }

    /** It reads its configuration anew; {@link #ready} ends that. */
    public ServiceNotifier reloading() {
        // On Linux that is CLOCK_MONOTONIC, which Type=notify-reload asks for.
        return send("RELOADING=1", "MONOTONIC_USEC=" + System.nanoTime() / NANOS_PER_MICRO);
    }

    /** It is about to end. */
    public ServiceNotifier stopping() {
        return send("STOPPING=1");
    }

    /**
     * Another process is the main one from now on.
     *
     * @throws IllegalArgumentException if that is no number of a process
     */
    public ServiceNotifier mainPid(long pid) {
        if (pid <= 0) {
            throw new IllegalArgumentException("the process " + pid + ": use more than 0");
        }
        return send("MAINPID=" + pid);
    }

    /**
     * Starting, stopping or the pause of the watchdog takes so long from now on, beyond the unit's
     * own limit.
     *
     * @throws IllegalArgumentException if it is not positive
     */
    public ServiceNotifier extendTimeout(Duration time) {
        if (!time.isPositive()) {
            throw new IllegalArgumentException("the time is " + time + ": use more than zero");
        }
        return send("EXTEND_TIMEOUT_USEC=" + Math.max(1, time.toNanos() / NANOS_PER_MICRO));
    }

    /**
     * Has systemd keep duplicates of {@code descriptors} beyond the end of this process, be it a
     * crash; its successor finds them in {@link InheritedSockets} by {@code name}. The unit needs
     * {@code FileDescriptorStoreMax=}. What is there already under the same name stays.
     *
     * {@snippet class="dev.millrace.systemd.ServiceNotifierExamplesTest" region="store"}
     *
     * @param name up to 255 printable ASCII characters, and no colon; see {@link StoredName#encode}
     * @throws IllegalArgumentException if the name is none, or there are no descriptors, or more
     *     than 253
     * @throws IllegalStateException if a descriptor is closed or released
     */
    public ServiceNotifier store(String name, Descriptor... descriptors) {
        loop.checkThread();
        StoredName.check(name);
        if (descriptors.length == 0 || descriptors.length > Notices.DESCRIPTORS_MAX) {
            throw new IllegalArgumentException(
                    descriptors.length + " descriptors: use 1 to " + Notices.DESCRIPTORS_MAX);
        }
        return send(List.of(descriptors), "FDSTORE=1", "FDNAME=" + name);
    }

    /**
     * Has systemd keep what is called {@code name} no longer.
     *
     * @throws IllegalArgumentException if the name is none
     */
    public ServiceNotifier remove(String name) {
        StoredName.check(name);
        return send("FDSTOREREMOVE=1", "FDNAME=" + name);
    }

    /**
     * Tells anything else that sd_notify(3) knows, {@code ERRNO=2} for instance.
     *
     * @throws IllegalArgumentException if an assignment has an end of a line
     */
    public ServiceNotifier send(String... assignments) {
        return send(List.of(), assignments);
    }

    private ServiceNotifier send(List<Descriptor> descriptors, String... assignments) {
        loop.checkThread();
        for (String one : assignments) {
            if (one.indexOf('\n') >= 0 || one.indexOf('=') <= 0) {
                throw new IllegalArgumentException(
                        "no assignment: \"" + one + "\"; use NAME=VALUE, on one line");
            }
        }
        String text = String.join("\n", assignments);
        notices.send(text.getBytes(UTF_8), descriptors);
        return this;
    }

    /**
     * Has the watchdog watch {@code other} as well, a further loop of this program: from now on
     * both have to live for systemd to be told so.
     */
    public ServiceNotifier watch(Loop other) {
        loop.checkThread();
        watchdog.watch(other);
        return this;
    }

    /**
     * A notice did not reach systemd. Without a listener that is logged: a service goes on serving
     * all the same.
     */
    public ServiceNotifier onError(Consumer<? super IOException> listener) {
        loop.checkThread();
        errorListener = Listeners.once(errorListener, listener, "onError");
        return this;
    }

    private void failed(IOException error) {
        if (errorListener != null) {
            errorListener.accept(error);
        } else {
            System.getLogger("dev.millrace.systemd")
                    .log(System.Logger.Level.WARNING, "systemd was not told", error);
        }
    }

    /** The loop it belongs to. */
    public Loop loop() {
        return loop;
    }

    /** Ends the watchdog's notices, so that systemd will restart the service, and all others. */
    @Override
    public void close() {
        loop.checkThread();
        watchdog.close();
        notices.close();
    }

    /**
     * {@code ServiceNotifier[/run/systemd/notify]}, or {@code ServiceNotifier[absent]}. Any thread.
     */
    @Override
    public String toString() {
        return "ServiceNotifier[" + notices + "]";
    }
}
