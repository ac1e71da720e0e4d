package dev.millrace.cli;

import java.io.IOException;

/** A body that is made piece by piece, each when the one before was taken. Off the loop. */
sealed interface Pieces permits FilePieces, ListingPieces {
    /** The next piece, unless {@link #isOver}. */
    byte[] next() throws IOException;

    /** Whether there is no piece any more. */
    boolean isOver();

    /** Lets go what it is made of. Idempotent. */
    void close() throws IOException;
}
