/**
 * The event loop: its phases, timers, handles and requests, several loops as a group, and work that
 * is done elsewhere.
 *
 * <p>Everything here is confined to the thread that made the {@link dev.millrace.loop.Loop}, but
 * for {@link dev.millrace.loop.Loop#execute}, which any thread may call.
 */
@NullMarked
package dev.millrace.loop;

import org.jspecify.annotations.NullMarked;
