package dev.millrace.bench;

import java.io.IOException;

/** Load before the first round, until a server's CPU per operation has stopped falling. */
final class WarmUp {

    static final double SLICE_SECONDS = 1;

    private static final int JVM_SLICES_MIN = 4;
    private static final int JVM_SLICES_MAX = 12;
    private static final int JVM_SLICES_MAX_AGAIN = 5;
    private static final int PATIENCE_SLICES = 2;
    private static final double IMPROVEMENT = 0.97;

    private WarmUp() {}

    /**
     * A native server gets one slice; a JVM goes on until two slices in a row were no better than
     * before.
     *
     * @param again whether the server has been warmed up by another shape of load already
     */
    static void run(ServerProcess server, Command slice, Window window, boolean again)
            throws LeftOut, IOException, InterruptedException {
        double best = Double.MAX_VALUE;
        int sinceBest = 0;
        int least = again ? PATIENCE_SLICES + 1 : JVM_SLICES_MIN;
        int most = !server.peer().jvm() ? 1 : again ? JVM_SLICES_MAX_AGAIN : JVM_SLICES_MAX;
        for (int i = 0; i < most; i++) {
            double micros = window.take(server, slice).cpuMicros();
            sinceBest = micros < best * IMPROVEMENT ? 0 : sinceBest + 1;
            best = Math.min(best, micros);
            if (i + 1 >= least && sinceBest >= PATIENCE_SLICES) {
                return;
            }
        }
    }
}
