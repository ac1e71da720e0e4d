package dev.millrace.sim;

import java.util.ArrayList;
import java.util.List;

/**
 * Everything that happened in a run, in order: always as a hash, to compare two runs by, and as
 * lines when somebody wants to read it.
 */
final class EventLog {
    private final boolean isKept;
    private final List<String> lines = new ArrayList<>();
    private long hash = 0x9E3779B97F4A7C15L;
    private long count;

    EventLog(boolean isKept) {
        this.isKept = isKept;
    }

    void add(long time, String what, int whose, long amount) {
        count++;
        hash = mix(hash ^ time);
        hash = mix(hash ^ what.hashCode());
        hash = mix(hash ^ ((long) whose << 40) ^ amount);
        if (isKept) {
            lines.add(time + " #" + whose + " " + what + " " + amount);
        }
    }

    private static long mix(long value) {
        long mixed = value * 0xBF58476D1CE4E5B9L;
        return mixed ^ (mixed >>> 29);
    }

    long hash() {
        return hash;
    }

    long count() {
        return count;
    }

    List<String> lines() {
        return lines;
    }
}
