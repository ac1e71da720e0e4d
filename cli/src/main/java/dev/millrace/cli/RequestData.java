package dev.millrace.cli;

import dev.millrace.files.FileInput;
import dev.millrace.http.ClientRequest;
import dev.millrace.loop.Loop;
import dev.millrace.stdio.StandardInput;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.Consumer;

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

    /** Writes it to {@code request}, if there is any, and ends that. */
    static void send(
            Optional<RequestData> data,
            Loop loop,
            ClientRequest request,
            Consumer<? super IOException> failed) {
        switch (data.orElse(new Text(new byte[0]))) {
            case Text text -> {
                if (data.isPresent()) {
                    request.end(text.bytes());
                } else {
                    request.end();
                }
            }
            case Content content -> {
                FileInput file = FileInput.open(loop, content.path()).onError(failed);
                file.onOpen(() -> {
                    file.length()
                            .ifPresent(length ->
                                    request.header("Content-Length", String.valueOf(length)));
                    file.pipelineTo(request);
                });
            }
            case Input input -> StandardInput.open(loop).onError(failed).pipelineTo(request);
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
