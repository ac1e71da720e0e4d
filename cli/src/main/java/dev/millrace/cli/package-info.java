/**
 * The millrace command: small servers on the library, two clients, and a look at the machine.
 *
 * <p>{@link Main} finds the {@link Command}; what is typed becomes {@link Arguments}; every server
 * command is a {@link Service} that {@link ServerRun} starts and ends. What {@link GetCommand} and
 * {@link BenchCommand} do is in packages of their own, which know nothing of the command line.
 */
@NullMarked
package dev.millrace.cli;

import org.jspecify.annotations.NullMarked;
