package dev.millrace.sim;

/** What goes wrong in a simulated kernel, each at a rate of its own: {@link Faults}. */
enum Fault {
    /** A segment, a FIN or a handshake takes its time. */
    DELAY,
    /** A read returns less than there is, one byte at the least. */
    SHORT_READ,
    /** A write takes less than there is room for. */
    SHORT_WRITE,
    /** A socket that was announced as ready is not, or has no room although it had. */
    EAGAIN,
    /** A wait ends early and for nothing, as after a signal. */
    SPURIOUS_WAKE_UP,
    /** Ports that are ready together are told of in another order, or some of them later. */
    REORDER,
    /** A connect stands at once. */
    IMMEDIATE_CONNECT,
    /** A connect is refused though somebody listens. */
    REFUSE,
    /** A connect is never answered. */
    CONNECT_TIMEOUT,
    /** Both ends of a connection are reset, some time after it stood. */
    RESET,
    /** Nothing passes any more, until both ends run out of patience, each at its own time. */
    BLACK_HOLE,
    /** A connection is gone before it is accepted. */
    ABORT,
    /** Accepting fails for want of memory. */
    ACCEPT_ERROR,
    /** Accepting fails for want of descriptors. */
    EMFILE
}
