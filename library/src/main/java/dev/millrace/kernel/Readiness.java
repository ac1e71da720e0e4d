package dev.millrace.kernel;

/**
 * What a descriptor can be ready for: libuv's {@code uv_poll_event}.
 *
 * @see dev.millrace.loop.WatchHandle
 */
public enum Readiness {
    /** A read would not block: bytes, an end or an error. */
    READABLE,
    /** A write would not block. */
    WRITABLE,
    /** The peer has closed its side. */
    DISCONNECTED,
    /** Urgent or out-of-band data: EPOLLPRI. */
    PRIORITIZED
}
