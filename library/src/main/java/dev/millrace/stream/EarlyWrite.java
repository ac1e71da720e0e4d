package dev.millrace.stream;

import java.io.IOException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** What was written before a {@link Filter} was ready. */
record EarlyWrite(
        byte[] array,
        int offset,
        int length,
        @Nullable Consumer<? super @Nullable IOException> callback) {}
