package dev.millrace.sys;

import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * One signal of the process and those that watch it. The JVM has one handler per signal: it becomes
 * ours with the first of them, and after the last one the handler that was there before comes back.
 */
public final class SignalWatch {
    private static final Map<String, SignalWatch> WATCHES = new HashMap<>();

    /** HotSpot stops threads with it, and yet lets a program take it. */
    private static final String SUSPEND = "USR2";

    private static final Set<String> UNCATCHABLE = Set.of("KILL", "STOP");

    private final JvmSignals signals;
    private final List<Runnable> watchers = new CopyOnWriteArrayList<>();
    private final Object previous;

    private SignalWatch(String name) {
        this.signals = JvmSignals.open();
        this.previous = signals.handle(name, this::raised);
    }

    /** The signal's name without SIG, in capitals. */
    public static String name(String signal) {
        String name = signal.toUpperCase(Locale.ROOT);
        return name.startsWith("SIG") ? name.substring("SIG".length()) : name;
    }

    /**
     * @throws IllegalArgumentException if there is no such signal, or not for a program in a JVM
     * @throws UnsupportedOperationException without the module {@code jdk.unsupported}
     */
    public static void add(String name, Runnable watcher) {
        if (UNCATCHABLE.contains(name)) {
            throw new IllegalArgumentException("no process can catch SIG" + name);
        }
        if (name.equals(SUSPEND)) {
            throw new IllegalArgumentException(
                    "SIGUSR2 belongs to HotSpot, which suspends threads with it: use another one");
        }
        synchronized (WATCHES) {
            SignalWatch watch = WATCHES.get(name);
            if (watch == null) {
                watch = open(name);
                WATCHES.put(name, watch);
            }
            watch.watchers.add(watcher);
        }
    }

    private static SignalWatch open(String name) {
        try {
            return new SignalWatch(name);
        } catch (IllegalArgumentException refused) {
            throw new IllegalArgumentException(
                    "SIG"
                            + name
                            + " can't be watched: there is no such signal here, or the JVM keeps it"
                            + " for itself, as it does with more of them under -Xrs",
                    refused);
        }
    }

    public static void remove(String name, Runnable watcher) {
        synchronized (WATCHES) {
            SignalWatch watch = WATCHES.get(name);
            if (watch != null && watch.watchers.remove(watcher) && watch.watchers.isEmpty()) {
                WATCHES.remove(name);
                watch.signals.restore(name, watch.previous);
            }
        }
    }

    /** On a thread that the JVM starts for each signal. */
    private void raised() {
        watchers.forEach(Runnable::run);
    }
}
