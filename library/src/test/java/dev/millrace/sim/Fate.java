package dev.millrace.sim;

/** What the simulated network did to a connection, for the oracle to compare complaints with. */
enum Fate {
    /** Nothing: whatever goes wrong is somebody's own doing. */
    WHOLE,
    REFUSED,
    UNANSWERED,
    RESET,
    BLACK_HOLE,
    /** Gone before it was accepted. */
    ABORTED,
    /** Accepted and closed for want of descriptors. */
    SHED
}
