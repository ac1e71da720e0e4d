package dev.millrace.conformance.abuse;

import java.time.Duration;

/**
 * How large a run is.
 *
 * @param slow slow clients of each kind
 * @param timeout what the server gives them
 * @param oversized requests of each kind
 * @param floods pipelining connections
 * @param pipelined requests of each
 * @param readers slow readers of a large response
 * @param readBytes how long that is
 * @param silence how long nothing is read
 * @param reading how long is read then, at most
 */
record Scale(
        int slow,
        Duration timeout,
        int oversized,
        int floods,
        int pipelined,
        int readers,
        int readBytes,
        Duration silence,
        Duration reading) {
    static final Scale FULL =
            new Scale(
                    1_000,
                    Duration.ofSeconds(5),
                    250,
                    100,
                    10_000,
                    1_000,
                    100 << 20,
                    Duration.ofSeconds(4),
                    Duration.ofSeconds(15));

    /** For every run of the profile. */
    static final Scale SHORT =
            new Scale(
                    100,
                    Duration.ofSeconds(2),
                    25,
                    20,
                    2_000,
                    100,
                    16 << 20,
                    Duration.ofSeconds(1),
                    Duration.ofSeconds(5));
}
