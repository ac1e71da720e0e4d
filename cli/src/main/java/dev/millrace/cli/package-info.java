/**
 * The millrace command: small servers on the library, and a look at the machine.
 *
 * <p>{@link Main} finds the {@link Command}; what is typed becomes {@link Arguments}; every server
 * command is a {@link Service} that {@link ServerRun} starts and ends.
 */
@NullMarked
package dev.millrace.cli;

import org.jspecify.annotations.NullMarked;
