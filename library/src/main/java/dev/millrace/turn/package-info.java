/**
 * What turns a loop: its {@link dev.millrace.turn.Phases} with their queues and timers, and the
 * {@link dev.millrace.turn.CallbackScope} through which every callback is entered. Of the handles
 * above it knows only the small types that they fill in here.
 */
@NullMarked
package dev.millrace.turn;

import org.jspecify.annotations.NullMarked;
