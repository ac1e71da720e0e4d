package dev.millrace.files;

import dev.millrace.kernel.SystemError;
import dev.millrace.loop.Loop;
import dev.millrace.testing.LoopFixture;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BiConsumer;
import java.util.function.Function;

/** What a {@link FileInput} tells, from its opening to its close. */
final class FollowedInput {
    private final List<String> events = new ArrayList<>();
    private final AtomicReference<IOException> error = new AtomicReference<>();
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    private int pieces;
    private int largest;

    /** Reads it to its end on a loop that ends by itself. */
    static FollowedInput read(Path path, FileRange range) {
        return read(path, range, (input, piece) -> {});
    }

    /** Calls {@code each} with the number of each piece, when that was taken. */
    static FollowedInput read(Path path, FileRange range, BiConsumer<FileInput, Integer> each) {
        return read(loop -> FileInput.open(loop, path, range), each);
    }

    static FollowedInput read(
            Function<Loop, FileInput> opening, BiConsumer<FileInput, Integer> each) {
        FollowedInput followed = new FollowedInput();
        LoopFixture.run(loop -> followed.follow(opening.apply(loop), each));
        return followed;
    }

    private void follow(FileInput input, BiConsumer<FileInput, Integer> each) {
        input.onOpen(() -> {
            String length = input.length().isPresent() ? "" + input.length().getAsLong() : "?";
            events.add("open " + length);
        });
        input.onBytes((array, offset, length) -> {
            bytes.write(array, offset, length);
            largest = Math.max(largest, length);
            each.accept(input, ++pieces);
            return length;
        });
        input.onEnd(() -> events.add("end"));
        input.onError(thrown -> {
            error.set(thrown);
            events.add("error " + SystemError.codeOf(thrown));
        });
        input.onClose(() -> events.add("close"));
    }

    List<String> events() {
        return events;
    }

    IOException error() {
        return error.get();
    }

    byte[] bytes() {
        return bytes.toByteArray();
    }

    int largest() {
        return largest;
    }
}
