package dev.millrace.sys;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;

/**
 * The two signature shapes through which every C function is called, and the look-up of functions
 * by name.
 *
 * <p>Linking a new shape costs milliseconds, a further function on a known shape nothing: so all
 * functions share two shapes, and the function's address is the first argument of the call. Six
 * integer arguments travel in registers on x86-64 (System V ABI) and aarch64 (AAPCS64); a function
 * that takes fewer ignores the rest. On both, Linux passes variadic integers ({@code fcntl}, {@code
 * open}) like named ones.
 */
final class Symbols {
    private static final Linker LINKER = Linker.nativeLinker();
    private static final Linker.Option ERRNO = Linker.Option.captureCallState("errno");

    /**
     * {@code long f(long, long, long, long, long, long)}: may block, so the thread leaves the Java
     * state.
     */
    static final MethodHandle CALL =
            LINKER.downcallHandle(
                    FunctionDescriptor.of(
                            JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG,
                            JAVA_LONG),
                    ERRNO);

    /**
     * {@code long f(long fd, void *buffer, long length, long flags)}: never blocks, reads and
     * writes heap arrays in place. A critical call holds off every safepoint while it runs, hence
     * {@link Libc#TRANSFER_MAX_BYTES}.
     */
    static final MethodHandle TRANSFER =
            LINKER.downcallHandle(
                    FunctionDescriptor.of(JAVA_LONG, JAVA_LONG, ADDRESS, JAVA_LONG, JAVA_LONG),
                    ERRNO,
                    Linker.Option.critical(true));

    private Symbols() {}

    static MemorySegment find(String name) {
        return LINKER.defaultLookup()
                .find(name)
                .orElseThrow(
                        () -> new UnsupportedOperationException("libc has no function " + name));
    }
}
