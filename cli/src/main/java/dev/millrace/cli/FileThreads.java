package dev.millrace.cli;

import dev.millrace.loop.WorkPool;

/**
 * The threads that ask the file system, for all loops. A native call that waits would pin a virtual
 * one.
 *
 * @param files look up, open and read
 * @param listings make pages of folders: a single thread, because a page is work of milliseconds,
 *     and many at once would leave the other requests no processor
 */
record FileThreads(WorkPool files, WorkPool listings) {
    private static final int FILES = 4;

    /** What waits is bounded by the connections: each has one task here for a request at work. */
    private static final int WAITING_MAX = 1 << 20;

    static FileThreads create() {
        return new FileThreads(
                new WorkPool("millrace-files", FILES, WAITING_MAX),
                new WorkPool("millrace-listings", 1, WAITING_MAX));
    }
}
