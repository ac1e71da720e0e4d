package dev.millrace.turn;

import java.util.ArrayList;
import java.util.List;

/** The active hooks of one phase, in the order they were started. */
public final class PhaseList {
    private final List<PhaseHook> hooks = new ArrayList<>();

    boolean isEmpty() {
        return hooks.isEmpty();
    }

    /** Its first call is in the next turn, or in this one if the phase is still to come. */
    public void add(PhaseHook hook) {
        hooks.add(hook);
    }

    /** No further call of {@code hook}, not even in a phase that is running. */
    public void remove(PhaseHook hook) {
        hook.isDue = false;
        hooks.remove(hook);
    }

    /**
     * Runs each once; one that is stopped meanwhile is left out, one that is started meanwhile
     * waits for the next turn.
     */
    void run(CallbackScope scope) {
        if (hooks.isEmpty()) {
            return;
        }
        List<PhaseHook> round = List.copyOf(hooks);
        for (PhaseHook hook : round) {
            hook.isDue = true;
        }
        for (PhaseHook hook : round) {
            if (hook.isDue) {
                hook.isDue = false;
                scope.enter(hook);
            }
        }
    }
}
