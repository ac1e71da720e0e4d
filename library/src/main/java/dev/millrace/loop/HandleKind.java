package dev.millrace.loop;

import dev.millrace.kernel.Address;
import dev.millrace.kernel.DescriptorKind;
import dev.millrace.kernel.UnixAddress;
import org.jspecify.annotations.Nullable;

/** What a {@link Handle} is: libuv's {@code uv_handle_type}. */
public enum HandleKind {
    TIMER,
    IDLE,
    PREPARE,
    CHECK,
    ASYNC,
    SIGNAL,
    /** A readiness watch: libuv's poll handle. */
    WATCH,
    TCP,
    /** A Unix socket: libuv has it among its named pipes. */
    UNIX,
    /** A pipe(7) or fifo(7). */
    PIPE,
    TERMINAL,
    UDP,
    /** Not known yet, or no more: a stream or listener without a socket. */
    UNKNOWN;

    static HandleKind of(@Nullable Address address) {
        if (address == null) {
            return UNKNOWN;
        }
        return address instanceof UnixAddress ? UNIX : TCP;
    }

    static HandleKind of(DescriptorKind kind) {
        return switch (kind) {
            case TCP -> TCP;
            case UNIX -> UNIX;
            case UDP -> UDP;
            case PIPE -> PIPE;
            case TERMINAL -> TERMINAL;
            case LISTENER, FILE, OTHER -> UNKNOWN;
        };
    }
}
