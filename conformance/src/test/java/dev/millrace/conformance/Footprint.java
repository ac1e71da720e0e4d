package dev.millrace.conformance;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/** What this process holds: heap after a full collection, resident memory, descriptors, threads. */
record Footprint(long heapBytes, long residentBytes, long descriptors, int threads) {
    static Footprint take() throws IOException {
        // Twice: what the first finds dead may have held on to more.
        System.gc();
        System.gc();
        long heap = ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
        int threads = ManagementFactory.getThreadMXBean().getThreadCount();
        return new Footprint(heap, residentNow(), descriptorCount(), threads);
    }

    private static long residentNow() throws IOException {
        try (Stream<String> lines = Files.lines(Path.of("/proc/self/status"))) {
            return lines.filter(line -> line.startsWith("VmRSS:"))
                    .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) * 1024)
                    .findFirst()
                    .orElseThrow();
        }
    }

    private static long descriptorCount() throws IOException {
        try (Stream<Path> open = Files.list(Path.of("/proc/self/fd"))) {
            return open.count();
        }
    }

    @Override
    public String toString() {
        return "heap %,d KiB  resident %,d KiB  %d descriptors  %d threads"
                .formatted(heapBytes / 1024, residentBytes / 1024, descriptors, threads);
    }
}
