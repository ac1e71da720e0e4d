/**
 * The event loop: its phases, timers, handles and requests, and the {@link
 * dev.millrace.driver.Driver} seam to the kernel.
 *
 * <p>Everything here is confined to the thread that made the {@link dev.millrace.loop.Loop}, but
 * for {@link dev.millrace.loop.Loop#execute}, which any thread may call.
 */
@NullMarked
package dev.millrace.loop;

import org.jspecify.annotations.NullMarked;
