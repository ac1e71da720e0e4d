package dev.millrace.cli;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;

/** The body of a request, as it is typed. */
sealed interface RequestData {
    /** What follows the option itself. */
    record Text(byte[] bytes) implements RequestData {}

    /** {@code @FILE}. */
    record Content(Path path) implements RequestData {}

    /** {@code @-}. */
    record Input() implements RequestData {}

    static RequestData parse(String text) {
        if (text.equals("@-")) {
            return new Input();
        }
        if (!text.startsWith("@")) {
            return new Text(text.getBytes(StandardCharsets.UTF_8));
        }
        String name = text.substring(1);
        try {
            Path path = Path.of(name);
            if (name.isEmpty() || !Files.isRegularFile(path)) {
                throw new UsageError(
                        RequestOptions.DATA
                                + " "
                                + text
                                + ": there is no such file; name one, or @- for standard input");
            }
            return new Content(path);
        } catch (InvalidPathException e) {
            throw new UsageError(RequestOptions.DATA + " " + text + ": " + e.getReason());
        }
    }

    /** All of it, up to {@code bytesMax}. */
    default byte[] read(int bytesMax) {
        try {
            byte[] bytes =
                    switch (this) {
                        case Text text -> text.bytes();
                        case Content content -> {
                            try (var in = Files.newInputStream(content.path())) {
                                yield in.readNBytes(bytesMax + 1);
                            }
                        }
                        case Input input -> System.in.readNBytes(bytesMax + 1);
                    };
            if (bytes.length > bytesMax) {
                throw new Failure(
                        "the body is longer than " + bytesMax + " bytes; use a shorter one");
            }
            return bytes;
        } catch (IOException e) {
            throw new Failure("can't read the body: " + Console.oneLine(e), e);
        }
    }
}
