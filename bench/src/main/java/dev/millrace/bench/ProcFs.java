package dev.millrace.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** What proc(5) tells about processes and the machine. */
final class ProcFs {

    /** USER_HZ; 100 on every Linux that user space can see. */
    private static final long TICK_NANOS = 10_000_000;

    private static final Path PROC = Path.of("/proc");

    private ProcFs() {}

    /** CPU time of a process and its descendants so far. */
    record Cpu(Map<String, Long> nanosByTask, long userNanos, long kernelNanos) {

        /**
         * Nanoseconds used since {@code earlier}: the scheduler's own account of every thread, or,
         * when a thread has ended in between and taken its account along, the process's, which is
         * kept in ticks.
         */
        long nanosSince(Cpu earlier) {
            if (!nanosByTask.keySet().containsAll(earlier.nanosByTask.keySet())) {
                return userNanos + kernelNanos - earlier.userNanos - earlier.kernelNanos;
            }
            long sum = 0;
            for (Map.Entry<String, Long> task : nanosByTask.entrySet()) {
                sum += task.getValue() - earlier.nanosByTask.getOrDefault(task.getKey(), 0L);
            }
            return sum;
        }

        /** The kernel's part of it, from ticks. */
        double kernelShareSince(Cpu earlier) {
            long kernel = kernelNanos - earlier.kernelNanos;
            long all = kernel + userNanos - earlier.userNanos;
            return all == 0 ? 0 : (double) kernel / all;
        }
    }

    /** CPU time since boot: used by all processes, and taken by the hypervisor. */
    record Machine(long busyNanos, long stolenNanos) {}

    static Cpu cpu(List<Long> pids) throws IOException {
        Map<String, Long> tasks = new HashMap<>();
        long user = 0;
        long kernel = 0;
        for (long pid : pids) {
            String[] stat = statFields(PROC.resolve(pid + "/stat"));
            user += Long.parseLong(stat[11]) * TICK_NANOS;
            kernel += Long.parseLong(stat[12]) * TICK_NANOS;
            try (Stream<Path> threads = Files.list(PROC.resolve(pid + "/task"))) {
                threads.forEach(thread -> readTask(thread, tasks));
            }
        }
        return new Cpu(tasks, user, kernel);
    }

    /** CPU time of this very process and of the children it has waited for: the load generators. */
    static long ownNanos(boolean children) throws IOException {
        String[] stat = statFields(PROC.resolve("self/stat"));
        int first = children ? 13 : 11;
        return (Long.parseLong(stat[first]) + Long.parseLong(stat[first + 1])) * TICK_NANOS;
    }

    static Machine machine() throws IOException {
        try (Stream<String> lines = Files.lines(PROC.resolve("stat"))) {
            String[] v = lines.findFirst().orElseThrow().trim().split(" +");
            long busy = 0;
            for (int i : new int[] {1, 2, 3, 6, 7}) { // user, nice, system, irq, softirq
                busy += Long.parseLong(v[i]);
            }
            return new Machine(busy * TICK_NANOS, Long.parseLong(v[8]) * TICK_NANOS);
        }
    }

    /** Resident memory, in bytes. */
    static long residentBytes(List<Long> pids) throws IOException {
        long kib = 0;
        for (long pid : pids) {
            try (Stream<String> lines = Files.lines(PROC.resolve(pid + "/smaps_rollup"))) {
                String rss =
                        lines.filter(line -> line.startsWith("Rss:")).findFirst().orElseThrow();
                kib += Long.parseLong(rss.replaceAll("\\D", ""));
            }
        }
        return kib * 1024;
    }

    private static void readTask(Path thread, Map<String, Long> into) {
        try {
            String nanos = Files.readString(thread.resolve("schedstat")).split(" ")[0];
            into.put(thread.getFileName().toString(), Long.parseLong(nanos));
        } catch (IOException ended) {
            // It ended between the listing and the reading; nanosSince() notices when that matters.
        }
    }

    /** The fields behind the command's name, which may itself contain blanks and brackets. */
    private static String[] statFields(Path stat) throws IOException {
        String text = Files.readString(stat);
        return text.substring(text.lastIndexOf(')') + 2).split(" ");
    }
}
