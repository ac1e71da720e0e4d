package dev.millrace.http.wire;

/**
 * How much of everything a reader accepts before it refuses the message. Every limit is inclusive.
 * The values are checked where a user sets them.
 *
 * @param maxTargetBytes the request target
 * @param maxHeaderBytes the whole head, and the trailer of the same message with what is left over
 * @param maxHeaderLines field lines, those of the trailer included
 * @param maxChunkExtensionBytes all chunk extensions of one message together
 * @param maxBodyBytes the body without its framing
 */
public record WireLimits(
        int maxTargetBytes,
        int maxHeaderBytes,
        int maxHeaderLines,
        int maxChunkExtensionBytes,
        long maxBodyBytes) {}
