package dev.millrace.web;

import dev.millrace.files.PathName;
import dev.millrace.http.ServerRequest;
import dev.millrace.http.ServerResponse;
import dev.millrace.loop.Loop;
import dev.millrace.web.content.Document;
import dev.millrace.web.content.FileService;
import dev.millrace.web.content.Found;
import dev.millrace.web.content.ReplyFields;
import dev.millrace.web.content.Site;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.function.BiConsumer;

/**
 * How one file is sent as the response to a request, which a handler has found it for.
 *
 * {@snippet class="dev.millrace.web.WebFilesExamplesTest" region="file"}
 *
 * <p>It is what {@link StaticFiles} does for each of its files, with conditions and ranges; the
 * path is the program's own, so nothing is checked but that it is a regular file. Immutable.
 *
 * @param contentType in place of the media type by the file's extension
 * @param cacheControl the field Cache-Control
 * @param downloadName the name under which a browser is to save it, in place of showing it
 */
public record FileResponse(
        Optional<String> contentType,
        Optional<String> cacheControl,
        Optional<String> downloadName) {

    /** What the file itself says, and no more. */
    public static final FileResponse DEFAULTS =
            new FileResponse(Optional.empty(), Optional.empty(), Optional.empty());

    /** With another media type. */
    public FileResponse withContentType(String type) {
        return new FileResponse(Optional.of(type), cacheControl, downloadName);
    }

    /** With a field Cache-Control (RFC 9111 section 5.2). */
    public FileResponse withCacheControl(String value) {
        return new FileResponse(contentType, Optional.of(value), downloadName);
    }

    /** With {@code max-age} of so many whole seconds. */
    public FileResponse withMaxAge(Duration age) {
        return withCacheControl("max-age=" + Math.max(0, age.toSeconds()));
    }

    /** To be saved as {@code name} (RFC 6266), whatever characters that has. */
    public FileResponse withDownloadName(String name) {
        return new FileResponse(contentType, cacheControl, Optional.of(name));
    }

    /**
     * Sends {@code file}: 200, 206, 304, 412 or 416, by what the request says; 404 if there is no
     * such file, 403 if it may not be read, 503 without descriptors, 500 for what else goes wrong.
     * It is opened off the loop, so the response begins later. Loop thread only.
     */
    public void send(ServerRequest request, ServerResponse response, Path file) {
        send(request, response, file, (failed, failure) -> {});
    }

    /** As the other {@code send}; {@code failures} hears of what is a 500 to the peer. */
    public void send(
            ServerRequest request,
            ServerResponse response,
            Path file,
            BiConsumer<? super ServerRequest, ? super Throwable> failures) {
        Loop loop = response.socket().loop();
        PathName name = PathName.of(file);
        FileService service = new FileService(loop, 0, failures);
        ReplyFields fields = new ReplyFields(contentType, cacheControl, downloadName);
        service.run(
                response,
                () ->
                        switch (Site.open(name)) {
                            case Found.Opened(Document document) ->
                                    service.prepare("", request, response, document, fields, 0);
                            case Found found -> () -> FileService.refuse(response, found);
                        });
    }
}
