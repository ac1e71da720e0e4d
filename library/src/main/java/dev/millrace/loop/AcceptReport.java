package dev.millrace.loop;

import java.io.IOException;

/**
 * Why a listener could not accept, told at most once a second for all that happened since.
 *
 * @param error the last error, {@code accept EMFILE: too many open files} for instance
 * @param failures how many times accepting failed
 * @param shed how many waiting connections were accepted and closed, for want of descriptors
 */
public record AcceptReport(IOException error, long failures, long shed) {
    /** One line for a log. */
    @Override
    public String toString() {
        return error.getMessage()
                + " (failures: "
                + failures
                + ", connections closed for want of descriptors: "
                + shed
                + ")";
    }
}
