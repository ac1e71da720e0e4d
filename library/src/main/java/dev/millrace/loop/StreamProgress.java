package dev.millrace.loop;

/** When bytes of a {@link StreamHandle} last went either way: not cached time, which may be old. */
final class StreamProgress {
    private final Loop loop;
    private long nanos;

    StreamProgress(Loop loop) {
        this.loop = loop;
        made();
    }

    void made() {
        nanos = loop.hrtime();
    }

    long nanos() {
        return nanos;
    }
}
