package dev.millrace.nio;

import dev.millrace.kernel.SystemError;
import dev.millrace.sys.JdkErrors;
import java.io.IOException;

/** Errors of channels and files as those of the kernel that they come from. */
final class NioErrors {
    private NioErrors() {}

    /** The errno behind {@code thrown}; {@code likeliest} when nothing tells. */
    static int errno(Exception thrown, int likeliest) {
        return thrown instanceof SystemError known
                ? known.errno()
                : JdkErrors.errno(thrown, likeliest);
    }

    /** As {@link SystemError#of(Throwable, String, int)}. */
    static IOException of(Exception thrown, String syscall, int likeliest) {
        return SystemError.of(thrown, syscall, likeliest);
    }
}
