package dev.millrace.turn;

import dev.millrace.driver.Guarded;

/** A callback that runs once a turn, in the phase whose {@link PhaseList} has it. */
public abstract class PhaseHook implements Guarded {
    /** Its call in this turn is still to come; stopping takes it back, and starting does not. */
    boolean isDue;
}
