package dev.millrace.cluster;

import java.time.Duration;

/**
 * How the workers of a cluster are replaced while it serves; see {@link Primary#reload}.
 *
 * {@snippet class="dev.millrace.cluster.ClusterExamplesTest" region="options"}
 *
 * @param atOnce how many workers are replaced at a time; so many more than usual may run meanwhile
 * @param readyLimit how long a new worker may take from its start until it is ready; then it is
 *     killed, and the old one goes on
 */
public record ReloadOptions(int atOnce, Duration readyLimit) {
    /** One at a time, and 30 s to be ready. */
    public static final ReloadOptions DEFAULTS = new ReloadOptions(1, Duration.ofSeconds(30));

    /**
     * @throws IllegalArgumentException if a number or a time makes no sense
     */
    public ReloadOptions {
        if (atOnce < 1) {
            throw new IllegalArgumentException("atOnce is " + atOnce + ": use 1 or more");
        }
        if (!readyLimit.isPositive()) {
            throw new IllegalArgumentException(
                    "readyLimit is " + readyLimit + ": use more than zero, 30 s is the default");
        }
    }

    /** These options with another number of workers at a time. */
    public ReloadOptions withAtOnce(int atOnce) {
        return new ReloadOptions(atOnce, readyLimit);
    }

    /** These options with another time to be ready. */
    public ReloadOptions withReadyLimit(Duration readyLimit) {
        return new ReloadOptions(atOnce, readyLimit);
    }
}
