package dev.millrace.web.content;

import dev.millrace.loop.WorkPool;

/**
 * The threads that ask the file system, for all loops. A native call that waits would pin a virtual
 * one.
 *
 * @param files look up, open and read
 * @param listings makes pages of folders
 */
public record FileThreads(WorkPool files, ListingThread listings) {
    private static final class Shared {
        static final FileThreads ALL = create();
    }

    private static final int FILES = 4;

    /** What waits is bounded by the connections: each has one task here for a request at work. */
    private static final int WAITING_MAX = 1 << 20;

    /** Those of this process, begun when they are asked for first. */
    public static FileThreads shared() {
        return Shared.ALL;
    }

    private static FileThreads create() {
        return new FileThreads(
                new WorkPool("millrace-files", FILES, WAITING_MAX), new ListingThread(WAITING_MAX));
    }
}
