package dev.millrace.loop;

import java.time.Duration;

/**
 * What a loop did since it is measured; see {@link Loop#measure}.
 *
 * @param turns turns that began
 * @param events events and tasks of other threads that the poll phase ran
 * @param idle time spent waiting for events, as libuv's {@code uv_metrics_idle_time}
 * @param timerLag how late timers ran
 * @param turnTime how long the loop was away from waiting: what an event that came right after the
 *     last wait had to wait for
 */
public record LoopMetrics(long turns, long events, Duration idle, Lag timerLag, Lag turnTime) {}
