package dev.millrace.web;

import dev.millrace.files.FoundFile;
import dev.millrace.files.PathName;
import dev.millrace.http.HttpHandler;
import dev.millrace.http.ServerRequest;
import dev.millrace.http.ServerResponse;
import dev.millrace.loop.Loop;
import dev.millrace.stream.Listeners;
import dev.millrace.web.content.AcceptEncoding;
import dev.millrace.web.content.ByteText;
import dev.millrace.web.content.Document;
import dev.millrace.web.content.FileService;
import dev.millrace.web.content.Found;
import dev.millrace.web.content.PlainText;
import dev.millrace.web.content.ReplyFields;
import dev.millrace.web.content.Site;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Serves the files of a folder: the path of a request is a path in it.
 *
 * {@snippet class="dev.millrace.web.WebFilesExamplesTest" region="folder"}
 *
 * <p>GET and HEAD, with conditions (RFC 9110 section 13), one range or several (section 14),
 * validators, media types by extension, and precompressed siblings by Accept-Encoding; OPTIONS
 * tells what there is. A file of 64 KiB or less is read at once, a larger one leaves by the kernel,
 * as fast as its peer takes it.
 *
 * <p>Nothing outside the folder is served, wherever links lead, and no name that begins with a dot,
 * but for {@code .well-known}. Devices, FIFOs and sockets are not found. What is served is one file
 * from its first byte to its last: a name that gets another file meanwhile changes nothing, and a
 * file that becomes shorter breaks the connection off. Another file under a name is seen within a
 * second.
 *
 * <p>The file system is asked by threads of all loops together, four of them, and one for lists; a
 * file that was asked for a moment ago is still open, and needs none ({@link
 * StaticFilesOptions#openFilesMax}). Responses to one connection leave in order, and what its
 * pipelined requests hold is bounded by {@code HttpLimits.maxConcurrentRequests}; with 1, each
 * leaves by the kernel. Belongs to the loop's thread.
 */
public final class StaticFiles implements HttpHandler {
    private static final String ALLOWED = "GET, HEAD, OPTIONS";

    /** Of {@code GET http://host HTTP/1.1}, whose path is empty. */
    private static final byte[] ROOT = {'/'};

    /** RFC 9110 section 9.3 and RFC 5789; what is none of these is unknown everywhere. */
    private static final Set<String> KNOWN_METHODS =
            Set.of("GET", "HEAD", "POST", "PUT", "DELETE", "CONNECT", "OPTIONS", "TRACE", "PATCH");

    private static final String BAD_PATH =
            "400 Bad Request: behind a percent sign stand two hexadecimal digits (%XX), and not 00;"
                    + " write %25 for the sign itself";

    private final Loop loop;
    private final StaticFilesOptions options;
    private final Site site;
    private final ReplyFields fields;
    private final FileService service;
    private @Nullable BiConsumer<? super ServerRequest, ? super Throwable> errorListener;

    private StaticFiles(Loop loop, PathName root, StaticFilesOptions options) {
        this.loop = loop;
        this.options = options;
        this.site = new Site(root, options.index(), options.isListed(), options.isPrecompressed());
        this.fields = new ReplyFields(Optional.empty(), options.cacheControl(), Optional.empty());
        this.service = new FileService(loop, options.openFilesMax(), this::failed);
    }

    /** Serves {@code folder} with the default options; otherwise as the other {@code of}. */
    public static StaticFiles of(Loop loop, Path folder) {
        return of(loop, folder, StaticFilesOptions.DEFAULTS);
    }

    /** As the other {@code of}, by a path of the JDK's. */
    public static StaticFiles of(Loop loop, Path folder, StaticFilesOptions options) {
        return of(loop, PathName.of(folder), options);
    }

    /**
     * Serves {@code folder}. Links to it are followed now; where its name leads later does not
     * matter.
     *
     * @throws UncheckedIOException if there is no such folder, or it may not be read
     */
    public static StaticFiles of(Loop loop, PathName folder, StaticFilesOptions options) {
        loop.checkThread();
        Objects.requireNonNull(options, "options");
        try (FoundFile found = FoundFile.find(folder)) {
            if (!found.isFolder()) {
                throw new IOException("it is no folder; name the one that it lies in");
            }
            return new StaticFiles(loop, found.location(), options);
        } catch (IOException e) {
            String why = "can't serve " + folder + ": " + e.getMessage();
            throw new UncheckedIOException(why, e);
        }
    }

    /**
     * Hears of what a request failed with, which is its peer's no more than status 500: a disk that
     * breaks, a file that becomes shorter while it is sent. Without a listener that is all.
     */
    public StaticFiles onError(BiConsumer<? super ServerRequest, ? super Throwable> listener) {
        loop.checkThread();
        errorListener = Listeners.once(errorListener, listener, "onError");
        return this;
    }

    private void failed(ServerRequest request, Throwable failure) {
        if (errorListener != null) {
            errorListener.accept(request, failure);
        }
    }

    @Override
    public void handle(ServerRequest request, ServerResponse response) {
        handle(request, response, "");
    }

    /**
     * The same files below a path: with {@code /static} the file {@code a.css} is {@code
     * /static/a.css}. What does not begin with it is not found.
     *
     * {@snippet class="dev.millrace.web.WebFilesExamplesTest" region="below"}
     *
     * @throws IllegalArgumentException unless it begins with a slash and ends without one
     */
    public HttpHandler below(String prefix) {
        loop.checkThread();
        if (!prefix.startsWith("/") || prefix.endsWith("/")) {
            throw new IllegalArgumentException(
                    "\"" + prefix + "\": begin with a slash and end without one, as /static does");
        }
        return (request, response) -> handle(request, response, prefix);
    }

    private void handle(ServerRequest request, ServerResponse response, String prefix) {
        loop.checkThread();
        String method = request.method();
        if (!method.equals("GET") && !method.equals("HEAD")) {
            refuseMethod(method, response);
            return;
        }
        Optional<byte[]> path = request.pathBytes();
        if (path.isEmpty()) {
            PlainText.send(response, 400, BAD_PATH);
            return;
        }
        byte[] whole = path.get().length == 0 ? ROOT : path.get();
        byte[] decoded = prefix.isEmpty() ? whole : below(whole, prefix);
        if (decoded == null) {
            FileService.refuse(response, new Found.Nothing());
            return;
        }
        List<String> codings = codings(request);
        String key = ByteText.of(decoded) + '\0' + String.join(",", codings);
        if (!service.sendKept(key, request, response, fields)) {
            find(new Asked(key, decoded, codings, prefix), request, response, true);
        }
    }

    /**
     * What a request is about.
     *
     * @param key under which the file is kept
     * @param path decoded, without the prefix
     * @param codings those of siblings that may be sent
     * @param prefix in front of the path
     */
    private record Asked(String key, byte[] path, List<String> codings, String prefix) {}

    /** {@code mayRepeat}: once more, if descriptors ran short and some are given up. */
    private void find(
            Asked asked, ServerRequest request, ServerResponse response, boolean mayRepeat) {
        service.run(
                response,
                () -> {
                    Found found = site.find(asked.path, asked.codings);
                    if (found instanceof Found.Busy busy && mayRepeat) {
                        return () -> {
                            if (service.giveUpKept()) {
                                find(asked, request, response, false);
                            } else {
                                FileService.refuse(response, busy);
                            }
                        };
                    }
                    return prepare(asked.key, request, response, found, asked.prefix);
                });
    }

    /** What of the path is behind the prefix; null if it does not begin so. */
    private static byte @Nullable [] below(byte[] path, String prefix) {
        String text = ByteText.of(path);
        String bytes = ByteText.of(prefix.getBytes(StandardCharsets.UTF_8));
        if (text.equals(bytes)) {
            // Its folder, without the slash.
            return new byte[0];
        }
        return text.startsWith(bytes + "/") ? ByteText.bytes(text.substring(bytes.length())) : null;
    }

    private List<String> codings(ServerRequest request) {
        List<String> accepted =
                options.isPrecompressed() ? request.headers().all("Accept-Encoding") : List.of();
        return accepted.isEmpty() ? List.of() : AcceptEncoding.of(accepted).best(Document.CODINGS);
    }

    /** RFC 9110 section 9.1: 405 for a method that does not fit, 501 for one unknown everywhere. */
    private static void refuseMethod(String method, ServerResponse response) {
        if (method.equals("OPTIONS")) {
            response.status(204).header("Allow", ALLOWED).end();
        } else if (KNOWN_METHODS.contains(method)) {
            response.header("Allow", ALLOWED);
            PlainText.send(response, 405, "405 Method Not Allowed");
        } else {
            PlainText.send(response, 501, "501 Not Implemented");
        }
    }

    /** Off the loop. A request's head may be read on any thread. */
    private Runnable prepare(
            String key, ServerRequest request, ServerResponse response, Found found, String prefix)
            throws IOException {
        return switch (found) {
            case Found.Opened(Document document) ->
                    service.prepare(key, request, response, document, fields, 0);
            case Found.Folder folder -> () -> service.list(site, request, response, folder);
            case Found.Moved moved -> {
                String query = request.rawQuery().map(text -> "?" + text).orElse("");
                yield () -> {
                    String location = ByteText.encode(prefix) + moved.location() + query;
                    response.header("Location", location);
                    PlainText.send(response, 301, "301 Moved Permanently");
                };
            }
            case Found.Nothing nothing -> nothing(request, response, nothing);
            case Found.Denied denied -> () -> FileService.refuse(response, denied);
            case Found.Busy busy -> () -> FileService.refuse(response, busy);
        };
    }

    /** Off the loop. */
    private Runnable nothing(ServerRequest request, ServerResponse response, Found nothing)
            throws IOException {
        List<String> codings = codings(request);
        if (options.fallback().isPresent()
                && page(options.fallback().get(), codings) instanceof Found.Opened page) {
            return service.prepare("", request, response, page.document(), fields, 0);
        }
        if (options.notFound().isPresent()
                && page(options.notFound().get(), codings) instanceof Found.Opened page) {
            return service.prepare("", request, response, page.document(), ReplyFields.NONE, 404);
        }
        return () -> FileService.refuse(response, nothing);
    }

    /** Nothing of a folder is kept open. */
    private Found page(String path, List<String> codings) throws IOException {
        Found found = site.find(path.getBytes(StandardCharsets.UTF_8), codings);
        if (found instanceof Found.Folder folder) {
            folder.folder().close();
        }
        return found;
    }

    /** {@code StaticFiles[/srv/www]}. */
    @Override
    public String toString() {
        return "StaticFiles[" + site + "]";
    }
}
