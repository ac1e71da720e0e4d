package dev.millrace.stdio;

import dev.millrace.kernel.DescriptorKind;
import dev.millrace.kernel.SystemError;
import dev.millrace.kernel.Terminal;
import dev.millrace.loop.Loop;
import dev.millrace.loop.StreamEvents;
import dev.millrace.loop.StreamHandle;
import java.io.IOException;
import java.util.Collections;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.WeakHashMap;
import org.jspecify.annotations.Nullable;

/**
 * What one of the three descriptors is that a process inherits, and the loop's handle for it if
 * there can be one. Its flags stay as they are: the description is the shell's as well.
 *
 * @param loop whose it is
 * @param number 0, 1 or 2
 * @param kind what is behind it; OTHER where a driver without descriptors can't tell
 * @param terminal if it is one
 * @param handle empty if only a thread can read or write it
 */
record StandardDescriptor(
        Loop loop,
        int number,
        DescriptorKind kind,
        Optional<Terminal> terminal,
        Optional<StreamHandle> handle) {
    /**
     * The numbers each loop has: those that threads read or write are known only here. A loop that
     * is closed with its streams open is forgotten with them.
     */
    private static final Map<Loop, Set<Integer>> TAKEN =
            Collections.synchronizedMap(new WeakHashMap<>());

    /**
     * @throws IllegalStateException if the loop has it already
     */
    static StandardDescriptor open(Loop loop, int number) {
        loop.checkThread();
        if (!numbersOf(loop).add(number)) {
            throw taken(number, null);
        }
        StreamHandle handle = new StreamHandle(loop, StreamEvents.NONE);
        try {
            handle.open(number);
            return found(loop, number, Optional.of(handle));
        } catch (UnsupportedOperationException unable) {
            handle.close();
            return unknown(loop, number, Optional.empty());
        } catch (IOException refused) {
            handle.close();
            if (SystemError.codeOf(refused).equals("EEXIST")) {
                numbersOf(loop).remove(number);
                throw taken(number, refused);
            }
            return found(loop, number, Optional.empty());
        }
    }

    private static IllegalStateException taken(int number, @Nullable IOException cause) {
        return new IllegalStateException("this loop has descriptor " + number + " already", cause);
    }

    private static StandardDescriptor found(Loop loop, int number, Optional<StreamHandle> handle) {
        try {
            DescriptorKind kind = DescriptorKind.of(number);
            Optional<Terminal> terminal =
                    kind == DescriptorKind.TERMINAL
                            ? Optional.of(Terminal.of(number))
                            : Optional.empty();
            return new StandardDescriptor(loop, number, kind, terminal, handle);
        } catch (IOException closed) {
            // The first read or write will say so.
            return unknown(loop, number, handle);
        }
    }

    private static StandardDescriptor unknown(
            Loop loop, int number, Optional<StreamHandle> handle) {
        return new StandardDescriptor(loop, number, DescriptorKind.OTHER, Optional.empty(), handle);
    }

    /** The loop's thread alone looks into them. */
    private static Set<Integer> numbersOf(Loop loop) {
        return TAKEN.computeIfAbsent(loop, first -> new HashSet<>());
    }

    /** Its stream is over: a terminal is as it was, and the loop may have another stream of it. */
    void release() {
        terminal.ifPresent(Terminal::restore);
        numbersOf(loop).remove(number);
    }
}
