package dev.millrace.cluster;

import dev.millrace.ipc.Message;
import dev.millrace.ipc.ParentProcess;
import dev.millrace.kernel.Descriptor;
import dev.millrace.loop.Loop;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The primary in whose place this one comes, as this one sees it. Its other end is {@link
 * Replacement}.
 *
 * <pre>
 *   taking over ──ALL──▶ workers are told what listens ──all are ready, READY──▶ waiting ──YOURS──▶ over
 *        └─────────────────────────┴── it is gone: what came is ours ─────────────┴──▶ over
 * </pre>
 *
 * Until it is over, this process accepts nothing of what it was given, and removes no file.
 */
final class Predecessor {
    private final Primary primary;
    private final ParentProcess parent;

    /** The keys of what was given. */
    private final List<String> keys = new ArrayList<>();

    /** What waits until all was given. */
    private final List<Runnable> waiting = new ArrayList<>();

    private boolean hasAll;
    private boolean isReady;
    private boolean isOver;

    /** The control socket, until this primary takes it. */
    private @Nullable Descriptor control;

    private String controlAddress = "";

    Predecessor(Primary primary, Loop loop) {
        this.primary = primary;
        this.parent = ParentProcess.connect(loop);
        parent.stay().onMessage(this::came).onDisconnect(this::gone);
        parent.unref();
    }

    /** Whether this process was started to come in the place of its parent. */
    static boolean isThere() {
        return System.getenv(Cluster.REPLACES) != null && ParentProcess.isThere();
    }

    private void came(Message message) {
        Control said = Control.of(message.text());
        switch (said.verb()) {
            case SOCKET -> adopt(said, message);
            case CONTROL -> {
                controlAddress = said.fields().getFirst();
                control = message.takeDescriptors().getFirst();
            }
            case ALL -> all();
            case YOURS -> over();
            case MOVE -> primary.moves().move(said, message, parent::send);
            case CONNECTION -> {
                Descriptor connection = message.takeDescriptors().getFirst();
                primary.succession().deal(said.fields().getFirst(), connection);
            }
            default -> throw new IllegalArgumentException(said.toString());
        }
    }

    private void adopt(Control said, Message message) {
        List<Descriptor> passed = message.kinds().isEmpty() ? List.of() : message.takeDescriptors();
        try {
            primary.sockets().adopt(said, passed);
            keys.add(said.fields().getFirst());
        } catch (IOException e) {
            passed.forEach(Descriptor::close);
            primary.told(e);
        }
    }

    private void all() {
        hasAll = true;
        List<Runnable> due = List.copyOf(waiting);
        waiting.clear();
        due.forEach(Runnable::run);
        primary.changed();
    }

    /** Runs {@code task} when all was given. */
    void whenAll(Runnable task) {
        if (hasAll) {
            task.run();
        } else {
            waiting.add(task);
        }
    }

    /** Looks whether all workers are ready. */
    void look() {
        if (hasAll && !isReady && primary.crew().areAll(this::isReady)) {
            isReady = true;
            parent.send(Control.text(Control.Verb.READY));
        }
    }

    private boolean isReady(WorkerProcess worker) {
        return worker.isOnline() && (worker.saysReady() || primary.sockets().serves(worker, keys));
    }

    /** It has died, which it would do as well behind its last word. */
    private void gone() {
        if (!hasAll) {
            all();
        }
        over();
    }

    private void over() {
        if (!isOver) {
            isOver = true;
            primary.changed();
            primary.sockets().release();
            ControlServer taken = primary.control();
            if (taken != null) {
                taken.release();
            }
            if (control != null) {
                // Nothing here listens for commands any more.
                ControlServer.remove(primary.loop(), control);
                control = null;
            }
        }
    }

    boolean isOver() {
        return isOver;
    }

    /** The listening control socket of that one, if it was at {@code address}. */
    @Nullable Descriptor control(String address) {
        Descriptor found = controlAddress.equals(address) ? control : null;
        control = found == null ? control : null;
        return found;
    }
}
