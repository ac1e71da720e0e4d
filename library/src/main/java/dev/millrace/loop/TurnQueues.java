package dev.millrace.loop;

import dev.millrace.driver.Guarded;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;

/**
 * Work that waits for its phase. Each phase takes what is there when it begins; what its callbacks
 * add waits for the next time, so that no phase can starve the others.
 */
final class TurnQueues {
    private final CallbackScope scope;
    private ArrayDeque<Guarded> pending = new ArrayDeque<>();
    private ArrayDeque<Immediate> immediates = new ArrayDeque<>();
    private List<Handle> closing = new ArrayList<>();

    TurnQueues(CallbackScope scope) {
        this.scope = scope;
    }

    void addPending(Guarded callback) {
        pending.add(callback);
    }

    void addImmediate(Immediate immediate) {
        immediates.add(immediate);
    }

    void addClosing(Handle handle) {
        closing.add(handle);
    }

    boolean hasPending() {
        return !pending.isEmpty();
    }

    boolean isEmpty() {
        return pending.isEmpty() && immediates.isEmpty() && closing.isEmpty();
    }

    void runPending() {
        if (!pending.isEmpty()) {
            ArrayDeque<Guarded> round = pending;
            pending = new ArrayDeque<>();
            round.forEach(scope::enter);
        }
    }

    void runImmediates() {
        if (!immediates.isEmpty()) {
            ArrayDeque<Immediate> round = immediates;
            immediates = new ArrayDeque<>();
            for (Immediate immediate : round) {
                scope.enter(immediate, Immediate::call, Immediate::failed);
            }
        }
    }

    void runClosing() {
        if (!closing.isEmpty()) {
            List<Handle> round = closing;
            closing = new ArrayList<>();
            round.forEach(Handle::finishClosing);
        }
    }
}
