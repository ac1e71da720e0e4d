package dev.millrace.loop;

import java.util.ArrayList;
import java.util.List;

/** The active hooks of one phase, in the order they were started. */
final class PhaseList {
    private final List<PhaseHandle> handles = new ArrayList<>();

    boolean isEmpty() {
        return handles.isEmpty();
    }

    void add(PhaseHandle handle) {
        handles.add(handle);
    }

    void remove(PhaseHandle handle) {
        handles.remove(handle);
    }

    /**
     * Runs each once; one that is stopped meanwhile is left out, one that is started meanwhile
     * waits for the next turn.
     */
    void run(CallbackScope scope) {
        if (handles.isEmpty()) {
            return;
        }
        List<PhaseHandle> round = List.copyOf(handles);
        for (PhaseHandle handle : round) {
            handle.isDue = true;
        }
        for (PhaseHandle handle : round) {
            if (handle.isDue) {
                handle.isDue = false;
                scope.enter(handle, PhaseHandle::call, PhaseHandle::thrown);
            }
        }
    }
}
