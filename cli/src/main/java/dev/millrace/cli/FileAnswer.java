package dev.millrace.cli;

import dev.millrace.files.FileInput;
import dev.millrace.files.FileRange;
import dev.millrace.files.OpenFile;
import dev.millrace.http.HttpDate;
import dev.millrace.http.ServerRequest;
import dev.millrace.http.ServerResponse;
import dev.millrace.loop.Loop;
import java.io.IOException;
import java.time.Instant;
import java.util.Optional;

/**
 * The answer to a request for a file: decided, and its first bytes read, off the loop; sent on it.
 *
 * @param status 200, 206, 304, 412 or 416
 * @param document the file
 * @param validator its validators
 * @param part what of it was asked for
 * @param content how its bytes are had
 */
record FileAnswer(
        int status, Found.Document document, Validator validator, ByteRange part, Content content) {

    /** How the bytes of an answer are had. */
    private sealed interface Content {
        /** The head tells everything. */
        record None() implements Content {}

        /** So few that they were read when the file was opened: no thread is asked again. */
        record Read(byte[] bytes) implements Content {}

        /** From the open file, as fast as the peer takes them. */
        record Streamed() implements Content {}
    }

    private static final Content NONE = new Content.None();

    /** As many as a stream would read at once. */
    static final int READ_MAX_BYTES = 64 * 1024;

    /** Off the loop; the document is closed here, or with the body. */
    static FileAnswer prepare(ServerRequest request, Found.Document document) throws IOException {
        OpenFile file = document.file();
        boolean isKept = false;
        try {
            FileAnswer answer = decide(request, document);
            // HEAD has opened the file as well, so that it tells what GET would have told.
            boolean hasContent = answer.status == 200 || answer.status == 206;
            if (hasContent && !request.method().equals("HEAD")) {
                isKept = answer.part.length() > READ_MAX_BYTES;
                Content content =
                        isKept ? new Content.Streamed() : new Content.Read(read(file, answer.part));
                return answer.with(content);
            }
            return answer;
        } finally {
            if (!isKept) {
                file.close();
            }
        }
    }

    private FileAnswer with(Content content) {
        return new FileAnswer(status, document, validator, part, content);
    }

    private static byte[] read(OpenFile file, ByteRange part) throws IOException {
        byte[] bytes = new byte[(int) part.length()];
        int count = 0;
        for (int at = 0; at < bytes.length; at += count) {
            count = file.read(bytes, at, bytes.length - at, part.first() + at);
            if (count < 0) {
                // Its length is about to be announced.
                throw new IOException("the file became shorter while it was read");
            }
        }
        return bytes;
    }

    private static FileAnswer decide(ServerRequest request, Found.Document document) {
        ByteRange whole = new ByteRange(0, document.length());
        Validator validator = Validator.of(document.length(), document.modified(), Instant.now());
        int condition = validator.statusFor(request.headers()::all);
        if (condition != 200) {
            return new FileAnswer(condition, document, validator, whole, NONE);
        }
        Optional<ByteRange> asked = Optional.empty();
        // RFC 9110 section 14.2: Range means something for GET only, and If-Range goes first.
        if (request.method().equals("GET") && validator.allowsRange(request.headers()::all)) {
            asked = ByteRange.asked(request.headers().all("Range"), document.length());
        }
        ByteRange part = asked.orElse(whole);
        if (part.isUnsatisfiable()) {
            return new FileAnswer(416, document, validator, part, NONE);
        }
        return new FileAnswer(asked.isPresent() ? 206 : 200, document, validator, part, NONE);
    }

    /** On the loop. */
    void send(Loop loop, ServerResponse response) {
        switch (status) {
            case 304 -> {
                validators(response);
                response.status(304).end();
            }
            case 412 -> Answers.text(response, 412, "412 Precondition Failed");
            case 416 -> {
                response.header("Content-Range", "bytes */" + document.length());
                Answers.text(response, 416, "416 Range Not Satisfiable");
            }
            default -> sendContent(loop, response);
        }
    }

    private void validators(ServerResponse response) {
        response.header("ETag", validator.tag())
                .header("Last-Modified", HttpDate.format(validator.modified()))
                .header("Accept-Ranges", "bytes");
    }

    private void sendContent(Loop loop, ServerResponse response) {
        // The peer has left, or the request broke off and was refused.
        if (response.isClosed() || response.isEnded()) {
            if (content instanceof Content.Streamed) {
                // Closing may wait for a disk as well.
                stream(loop).destroy();
            }
            return;
        }
        response.status(status)
                .header("Content-Type", ContentTypes.of(document.name()))
                .header("Content-Length", Long.toString(part.length()));
        validators(response);
        if (status == 206) {
            response.header("Content-Range", part.contentRange(document.length()));
        }
        switch (content) {
            case Content.None() -> response.end();
            case Content.Read(byte[] bytes) -> response.end(bytes);
            case Content.Streamed() ->
                    stream(loop)
                            .onError(error -> HttpService.failed(response, error))
                            .pipelineTo(response);
        }
    }

    private FileInput stream(Loop loop) {
        FileRange range = new FileRange(part.first(), part.length());
        return FileInput.of(loop, document.file(), range);
    }
}
