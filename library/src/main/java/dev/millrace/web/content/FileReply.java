package dev.millrace.web.content;

import dev.millrace.files.FileInput;
import dev.millrace.files.FileRange;
import dev.millrace.files.OpenFile;
import dev.millrace.http.HttpDate;
import dev.millrace.http.ServerRequest;
import dev.millrace.http.ServerResponse;
import dev.millrace.loop.Loop;
import java.io.IOException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * The response to a request for a file (RFC 9110 sections 13 and 14): decided on any thread, sent
 * on the loop.
 *
 * <pre>
 *   decide ──few bytes──▶ read, or readCached ──▶ send
 *      └────many, or none─────────────────────────▶ send
 * </pre>
 */
public final class FileReply {
    /** As many as a stream would read at once. */
    public static final int READ_MAX_BYTES = 64 * 1024;

    private static final byte[] NONE = {};

    private final int status;
    private final Document document;
    private final Validator validator;

    /** One is sent as it is, several as a multipart body; none if the head tells everything. */
    private final List<ByteRange> parts;

    private byte[] bytes = NONE;

    private FileReply(int status, Document document, Validator validator, List<ByteRange> parts) {
        this.status = status;
        this.document = document;
        this.validator = validator;
        this.parts = parts;
    }

    /** {@code document} stays the caller's. */
    public static FileReply decide(ServerRequest request, Document document) {
        Validator validator = document.validator(Instant.now());
        List<ByteRange> whole = List.of(new ByteRange(0, document.length()));
        boolean isGet = request.method().equals("GET");
        if (isGet || request.method().equals("HEAD")) {
            int condition = validator.statusFor(request.headers()::all);
            if (condition != 200) {
                return new FileReply(condition, document, validator, List.of());
            }
        }
        // Section 14.2: Range means something for GET only, and If-Range goes first.
        Optional<List<ByteRange>> asked = Optional.empty();
        if (isGet && validator.allowsRange(request.headers()::all)) {
            asked = RangeField.asked(request.headers().all("Range"), document.length());
        }
        int status = asked.isEmpty() ? 200 : asked.get().isEmpty() ? 416 : 206;
        return new FileReply(status, document, validator, asked.orElse(whole));
    }

    /** A page that says {@code status}, whatever the request asks of it. */
    static FileReply page(int status, Document document) {
        return new FileReply(
                status,
                document,
                document.validator(Instant.now()),
                List.of(new ByteRange(0, document.length())));
    }

    /** Whether so little is sent that it is read in one piece before. */
    boolean isRead(boolean isHead) {
        return !isHead && parts.size() == 1 && parts.getFirst().length() <= READ_MAX_BYTES;
    }

    /** Whether it needs the file when it is sent. */
    boolean isStreamed(boolean isHead) {
        return !isHead && !parts.isEmpty() && !isRead(false);
    }

    /** Off the loop. */
    void read() throws IOException {
        ByteRange part = parts.getFirst();
        byte[] read = new byte[(int) part.length()];
        int count;
        for (int at = 0; at < read.length; at += count) {
            count = document.file().read(read, at, read.length - at, part.first() + at);
            if (count < 0) {
                // Its length is about to be announced.
                throw new IOException("the file became shorter while it was read");
            }
        }
        bytes = read;
    }

    /** On the loop; false if it has to be read off it. */
    boolean readCached() throws IOException {
        ByteRange part = parts.getFirst();
        byte[] read = new byte[(int) part.length()];
        int count;
        for (int at = 0; at < read.length; at += count) {
            count = document.file().readCached(read, at, read.length - at, part.first() + at);
            if (count <= 0) {
                return false;
            }
        }
        bytes = read;
        return true;
    }

    /**
     * On the loop.
     *
     * @param file what is streamed from; it stays open
     * @param failed hears of a file that breaks off
     */
    void send(
            Loop loop,
            ServerResponse response,
            OpenFile file,
            ReplyFields fields,
            Consumer<? super IOException> failed) {
        switch (status) {
            case 304 -> {
                response.status(304);
                describe(response);
                fields.put(response, false);
                response.end();
            }
            case 412 -> PlainText.send(response, 412, "412 Precondition Failed");
            case 416 -> {
                response.header("Content-Range", "bytes */" + document.length());
                PlainText.send(response, 416, "416 Range Not Satisfiable");
            }
            default -> sendContent(loop, response, file, fields, failed);
        }
    }

    private void describe(ServerResponse response) {
        if (document.isNegotiated()) {
            response.addHeader("Vary", "Accept-Encoding");
        }
        response.header("ETag", validator.tag())
                .header("Last-Modified", HttpDate.format(validator.modified()))
                .header("Accept-Ranges", "bytes");
    }

    private void sendContent(
            Loop loop,
            ServerResponse response,
            OpenFile file,
            ReplyFields fields,
            Consumer<? super IOException> failed) {
        String type = fields.type().orElse(document.type());
        response.status(status);
        if (status == 200 || status == 206) {
            describe(response);
            fields.put(response, true);
        }
        if (type.startsWith("text/plain")) {
            response.header("X-Content-Type-Options", "nosniff");
        }
        if (!document.coding().isEmpty()) {
            response.header("Content-Encoding", document.coding());
        }
        if (parts.size() > 1) {
            new Multipart(document.length(), type, parts)
                    .send(loop, response, file.share(), failed);
            return;
        }
        ByteRange part = parts.getFirst();
        response.header("Content-Type", type)
                .header("Content-Length", Long.toString(part.length()));
        if (status == 206) {
            response.header("Content-Range", part.contentRange(document.length()));
        }
        boolean isHead = response.request().method().equals("HEAD");
        if (isHead) {
            response.end();
        } else if (isRead(false)) {
            response.end(bytes);
        } else {
            FileRange range = new FileRange(part.first(), part.length());
            FileInput.of(loop, file.share(), range).onError(failed).pipelineTo(response);
        }
    }
}
