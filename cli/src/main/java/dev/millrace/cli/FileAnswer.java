package dev.millrace.cli;

import dev.millrace.http.HttpDate;
import dev.millrace.http.ServerRequest;
import dev.millrace.http.ServerResponse;
import dev.millrace.loop.Loop;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.LinkOption;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;

/**
 * The answer to a request for a file: decided, and the file opened, off the loop; sent on it.
 *
 * @param status 200, 206, 304, 412 or 416
 * @param document the file
 * @param validator its validators
 * @param part what of it was asked for
 * @param content its bytes
 */
record FileAnswer(
        int status, Found.Document document, Validator validator, ByteRange part, Content content) {

    /** The bytes of an answer. */
    sealed interface Content {
        /** All of them; too few when the file has become shorter. */
        record Whole(byte[] bytes) implements Content {}

        /** An open file, to be read piece by piece and closed. */
        record Open(FileChannel channel) implements Content {}

        /** None: the head tells everything. */
        record None() implements Content {}
    }

    /** Off the loop. */
    static FileAnswer prepare(ServerRequest request, Found.Document document) throws IOException {
        boolean isHead = request.method().equals("HEAD");
        ByteRange whole = new ByteRange(0, document.length());
        Validator validator = Validator.of(document, Instant.now());
        int condition = validator.statusFor(request.headers()::all);
        if (condition != 200) {
            return new FileAnswer(condition, document, validator, whole, new Content.None());
        }
        Optional<ByteRange> asked = Optional.empty();
        // RFC 9110 section 14.2: Range means something for GET only, and If-Range goes first.
        if (!isHead && validator.allowsRange(request.headers()::all)) {
            asked = ByteRange.asked(request.headers().all("Range"), document.length());
        }
        ByteRange part = asked.orElse(whole);
        if (part.isUnsatisfiable()) {
            return new FileAnswer(416, document, validator, part, new Content.None());
        }
        // HEAD opens the file as well, so that it tells what GET would have told.
        Content content = open(document, part, isHead);
        return new FileAnswer(asked.isPresent() ? 206 : 200, document, validator, part, content);
    }

    private static Content open(Found.Document document, ByteRange part, boolean isHead)
            throws IOException {
        FileChannel channel =
                FileChannel.open(
                        document.path(),
                        Set.of(StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS));
        if (!isHead && part.length() > FileBody.CHUNK_BYTES) {
            return new Content.Open(channel);
        }
        try (channel) {
            return isHead
                    ? new Content.None()
                    : new Content.Whole(FileBody.read(channel, part.first(), part.length()));
        }
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
        if (response.isClosed() && content instanceof Content.Open open) {
            FileBody.close(open.channel());
            return;
        }
        response.status(status)
                .header("Content-Type", ContentTypes.of(document.path()))
                .header("Content-Length", Long.toString(part.length()));
        validators(response);
        if (status == 206) {
            response.header("Content-Range", part.contentRange(document.length()));
        }
        switch (content) {
            case Content.None() -> response.end();
            case Content.Open(FileChannel channel) ->
                    new FileBody(loop, response, channel, part).start();
            case Content.Whole(byte[] bytes) -> {
                if (bytes.length == part.length()) {
                    response.end(bytes);
                } else {
                    response.fail(500, new IOException("the file became shorter"));
                }
            }
        }
    }
}
