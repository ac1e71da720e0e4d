package dev.millrace.stdio;

import dev.millrace.loop.Loop;
import dev.millrace.stream.WriteSide;
import java.io.IOException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The write side of a standard stream: what takes its bytes. */
abstract sealed class Outlet extends WriteSide permits LoopOutlet, ThreadOutlet {
    final Loop loop;
    final StandardOutput output;

    Outlet(Loop loop, StandardOutput output) {
        this.loop = loop;
        this.output = output;
    }

    /** Everything was written, and the end is due: {@code error} says why not. */
    void ended(@Nullable IOException error) {
        finished();
        output.destroy(error);
    }

    /** Throws away what waits; {@code closed} runs later, on the loop. */
    abstract void close(Runnable closed);

    @Override
    protected void soon(Runnable task) {
        loop.nextTick(task);
    }

    /** No write of a standard stream has a callback. */
    abstract void write(byte[] array, int offset, int length, boolean isLent);

    @Override
    protected boolean handOn(
            byte[] array,
            int offset,
            int length,
            boolean isLent,
            @Nullable Consumer<? super @Nullable IOException> callback) {
        write(array, offset, length, isLent);
        return true;
    }
}
