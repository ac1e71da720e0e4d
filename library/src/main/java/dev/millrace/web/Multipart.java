package dev.millrace.web;

import dev.millrace.http.ServerRequest;
import dev.millrace.http.ServerRequest.RefusedException;
import dev.millrace.loop.LoopStage;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Reads forms with files: {@code multipart/form-data} (RFC 7578), part by part, without holding any
 * of them in memory.
 *
 * {@snippet class="dev.millrace.web.FormExamplesTest" region="upload"}
 *
 * <p>The boundaries are read strictly, and all the same wherever the network cuts the body. What is
 * malformed is refused with 400, what is too long with 413, a head of a part with 431, another
 * media type with 415: by a {@link RefusedException}, which becomes that response unless it is
 * taken.
 */
public final class Multipart {
    private static final int MAX_BOUNDARY_BYTES = 70;

    private Multipart() {}

    /**
     * How much of everything a form may have. All of them are inclusive.
     *
     * @param maxParts parts of one form
     * @param maxHeadBytes the head of a part, its empty line included
     * @param maxPartBytes one part
     * @param maxBytes the whole form, with its heads and boundaries
     */
    public record Limits(int maxParts, int maxHeadBytes, long maxPartBytes, long maxBytes) {
        /** 1,000 parts, heads of 8 KiB, 64 MiB a part and 256 MiB in all. */
        public static final Limits DEFAULTS = new Limits(1000, 8 << 10, 64L << 20, 256L << 20);

        /**
         * @throws IllegalArgumentException if one is negative, or a head may not have any byte
         */
        public Limits {
            require(maxParts, 0, "maxParts");
            require(maxHeadBytes, 1, "maxHeadBytes");
            require(maxPartBytes, 0, "maxPartBytes");
            require(maxBytes, 0, "maxBytes");
        }

        private static void require(long value, int least, String name) {
            if (value < least) {
                throw new IllegalArgumentException(
                        name + " is " + value + ": use " + least + " or more");
            }
        }

        /** These limits with another number of parts. */
        public Limits withMaxParts(int maxParts) {
            return new Limits(maxParts, maxHeadBytes, maxPartBytes, maxBytes);
        }

        /** These limits with other heads. */
        public Limits withMaxHeadBytes(int maxHeadBytes) {
            return new Limits(maxParts, maxHeadBytes, maxPartBytes, maxBytes);
        }

        /** These limits with other parts. */
        public Limits withMaxPartBytes(long maxPartBytes) {
            return new Limits(maxParts, maxHeadBytes, maxPartBytes, maxBytes);
        }

        /** These limits with another whole. */
        public Limits withMaxBytes(long maxBytes) {
            return new Limits(maxParts, maxHeadBytes, maxPartBytes, maxBytes);
        }
    }

    /** As {@link #read(ServerRequest, Limits, Function)}, with the default limits. */
    public static <T extends @Nullable Object> CompletionStage<List<T>> read(
            ServerRequest request,
            Function<? super FormPart, ? extends CompletionStage<? extends T>> use) {
        return read(request, Limits.DEFAULTS, use);
    }

    /**
     * Gives each part to {@code use}, in their order, and the next one when the stage that comes
     * from there is done: then what that has not read of its part is skipped. The whole is done
     * with the end of the form, and has what each stage has brought; it fails with the first stage
     * that fails, or with the form.
     *
     * <p>When the response ends before the form does, the rest is skipped, and the stage fails or
     * is cancelled, which does not count as a failure of the handler.
     */
    public static <T extends @Nullable Object> CompletionStage<List<T>> read(
            ServerRequest request,
            Limits limits,
            Function<? super FormPart, ? extends CompletionStage<? extends T>> use) {
        Objects.requireNonNull(use, "use");
        String type = request.header("Content-Type").orElse("");
        String boundary = FieldText.parameter(type, "boundary");
        if (!FieldText.mediaType(type).equals("multipart/form-data")) {
            return refused(request, 415, "a form is expected: multipart/form-data");
        }
        if (boundary == null || !isBoundary(boundary)) {
            return refused(request, 400, "the form can't be read: its type has no boundary");
        }
        return new MultipartReader<T>(request, boundary, limits, use).read();
    }

    /** RFC 2046 section 5.1.1. */
    private static boolean isBoundary(String text) {
        return !text.isEmpty()
                && text.length() <= MAX_BOUNDARY_BYTES
                && !text.endsWith(" ")
                && text.chars()
                        .allMatch(c ->
                                FieldText.isAlphanumeric(c) || "'()+_,-./:=? ".indexOf(c) >= 0);
    }

    static <T extends @Nullable Object> CompletionStage<T> refused(
            ServerRequest request, int status, String text) {
        LoopStage<T> stage = new LoopStage<>(request.loop());
        stage.completeExceptionally(new RefusedException(status, text));
        return stage;
    }
}
