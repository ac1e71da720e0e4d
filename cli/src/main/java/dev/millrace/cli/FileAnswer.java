package dev.millrace.cli;

import dev.millrace.http.HttpDate;
import dev.millrace.http.ServerRequest;
import dev.millrace.http.ServerResponse;
import dev.millrace.loop.Loop;
import java.io.IOException;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * The answer to a request for a file: decided, and its first bytes read, off the loop; sent on it.
 *
 * @param status 200, 206, 304, 412 or 416
 * @param document the file
 * @param validator its validators
 * @param part what of it was asked for
 * @param body its bytes; null when the head tells everything
 */
record FileAnswer(
        int status,
        Found.Document document,
        Validator validator,
        ByteRange part,
        @Nullable Body body) {

    /** Off the loop; the document is closed here, or with the body. */
    static FileAnswer prepare(
            Loop loop, Executor threads, ServerRequest request, Found.Document document)
            throws IOException {
        FileAnswer answer;
        try {
            answer = decide(request, document);
        } catch (Throwable failure) {
            document.channel().close();
            throw failure;
        }
        // HEAD has opened the file as well, so that it tells what GET would have told.
        boolean hasContent = answer.status == 200 || answer.status == 206;
        if (!hasContent || request.method().equals("HEAD")) {
            document.channel().close();
            return answer;
        }
        Body body = new Body(loop, threads, new FilePieces(document.channel(), answer.part));
        return new FileAnswer(answer.status, document, answer.validator, answer.part, body);
    }

    private static FileAnswer decide(ServerRequest request, Found.Document document) {
        ByteRange whole = new ByteRange(0, document.length());
        Validator validator = Validator.of(document.length(), document.modified(), Instant.now());
        int condition = validator.statusFor(request.headers()::all);
        if (condition != 200) {
            return new FileAnswer(condition, document, validator, whole, null);
        }
        Optional<ByteRange> asked = Optional.empty();
        // RFC 9110 section 14.2: Range means something for GET only, and If-Range goes first.
        if (request.method().equals("GET") && validator.allowsRange(request.headers()::all)) {
            asked = ByteRange.asked(request.headers().all("Range"), document.length());
        }
        ByteRange part = asked.orElse(whole);
        if (part.isUnsatisfiable()) {
            return new FileAnswer(416, document, validator, part, null);
        }
        return new FileAnswer(asked.isPresent() ? 206 : 200, document, validator, part, null);
    }

    /** On the loop. */
    void send(ServerResponse response) {
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
            default -> sendContent(response);
        }
    }

    private void validators(ServerResponse response) {
        response.header("ETag", validator.tag())
                .header("Last-Modified", HttpDate.format(validator.modified()))
                .header("Accept-Ranges", "bytes");
    }

    private void sendContent(ServerResponse response) {
        // The peer has left, or the request broke off and was refused.
        if (response.isClosed() || response.isEnded()) {
            if (body != null) {
                body.close();
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
        if (body == null) {
            response.end();
        } else {
            body.send(response);
        }
    }
}
