package dev.millrace.sim;

import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A process's table of descriptors. The number that was freed last is given again first, so that
 * whoever still goes by an old number meets somebody else.
 */
final class Descriptors {
    private final int limit;
    private final ArrayDeque<Integer> freed = new ArrayDeque<>();
    private @Nullable SimSocket[] sockets = new SimSocket[64];
    private int top;
    private int used;
    private int generations;

    /** {@code limit} 0: as many as anybody wants. */
    Descriptors(int limit) {
        this.limit = limit;
    }

    boolean isFull() {
        return limit > 0 && used >= limit;
    }

    int used() {
        return used;
    }

    void give(SimSocket socket) {
        int number = freed.isEmpty() ? top++ : freed.pop();
        if (number >= sockets.length) {
            sockets = Arrays.copyOf(sockets, number * 2);
        }
        sockets[number] = socket;
        socket.descriptor = number;
        socket.generation = ++generations;
        used++;
    }

    void free(SimSocket socket) {
        sockets[socket.descriptor] = null;
        freed.push(socket.descriptor);
        used--;
    }

    /** What an event carries: the number to find the socket by, the generation to be sure of it. */
    static long tag(SimSocket socket) {
        return ((long) socket.generation << 32) | socket.descriptor;
    }

    /** The socket that {@code tag} was made for, unless it is gone (X71). */
    @Nullable SimSocket find(long tag) {
        SimSocket socket = sockets[(int) tag];
        return socket != null && tag(socket) == tag ? socket : null;
    }

    List<SimSocket> open() {
        return Stream.of(sockets).filter(socket -> socket != null).toList();
    }
}
