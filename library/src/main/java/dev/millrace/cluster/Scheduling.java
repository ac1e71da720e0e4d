package dev.millrace.cluster;

/** How the connections of a port are dealt out to the workers that listen on it. */
public enum Scheduling {
    /**
     * The primary accepts, and passes each connection to the next worker that has asked for one:
     * even, whatever the workers do. Of an idle connection or a busy worker the others know
     * nothing.
     */
    ROUND_ROBIN,

    /**
     * The workers accept, on the one socket that all of them have: cheapest, and the kernel wakes
     * one of those that wait. Datagram sockets are always shared so.
     */
    SHARED,

    /**
     * Each worker has a socket of its own (SO_REUSEPORT): the kernel deals out by a hash of the
     * addresses, and what waits for a worker that dies is lost.
     */
    REUSE_PORT
}
