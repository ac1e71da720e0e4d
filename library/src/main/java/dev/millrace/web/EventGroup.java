package dev.millrace.web;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * The watchers of one thing: what is sent here goes to all of them, encoded once. Belongs to the
 * thread of the loop whose streams it has; with several loops each has a group of its own.
 *
 * {@snippet class="dev.millrace.web.EventExamplesTest" region="group"}
 */
public final class EventGroup {
    private final Set<EventStream> streams = new LinkedHashSet<>();

    /** A group without watchers. */
    public EventGroup() {}

    /** Adds {@code stream} until it is closed. */
    public void add(EventStream stream) {
        if (stream.isOpen()) {
            streams.add(stream);
            stream.onClose(() -> streams.remove(stream));
        }
    }

    /**
     * Sends {@code event} to all; one that takes too little is cut off, and does not delay others.
     */
    public void send(ServerEvent event) {
        List.copyOf(streams).forEach(stream -> stream.send(event));
    }

    /** As {@link #send(ServerEvent)}, of an event with nothing but {@code data}. */
    public void send(String data) {
        send(ServerEvent.of(data));
    }

    /** How many watchers there are. */
    public int size() {
        return streams.size();
    }

    /** Ends them all, as {@link EventStream#close}. */
    public void close() {
        List.copyOf(streams).forEach(EventStream::close);
    }

    /** {@code EventGroup[3 watchers]}. */
    @Override
    public String toString() {
        return "EventGroup[" + streams.size() + " watchers]";
    }
}
