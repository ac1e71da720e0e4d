package dev.millrace.cli;

import java.time.Duration;
import java.util.Optional;

/**
 * What came of replacing a program's processes.
 *
 * @param replaced how many have ended, with a new one in their place
 * @param workers how many there are to be
 * @param killed how many of them had not ended in time
 * @param failure why no more were replaced; empty if it came to its end
 */
record ProgramReload(
        int replaced, int workers, int killed, Duration took, Optional<String> failure) {
    /** {@code reloaded; 2 of 2 replaced}. */
    String text() {
        String what = failure.map(why -> "the reload ended early: " + why).orElse("reloaded");
        return what + "; " + replaced + " of " + workers + " replaced";
    }
}
