package dev.millrace.bench;

/**
 * What one window showed. Percentages are of one CPU; microseconds of CPU are per operation.
 *
 * @param cpuMicros CPU time of the whole server process
 * @param kernelMicros the part of it that was spent in the kernel
 * @param loadPercent CPU of the load generator: near 100 it was the limit, not the server
 * @param otherPercent CPU of processes that have nothing to do with this run, and what the
 *     hypervisor took
 * @param errors as the load generator counted them
 */
record Sample(
        double operations,
        double perSecond,
        double cpuMicros,
        double kernelMicros,
        double serverPercent,
        double loadPercent,
        double otherPercent,
        double meanMicros,
        double p50Micros,
        double p99Micros,
        double maxMicros,
        double errors,
        long residentBytes) {}
