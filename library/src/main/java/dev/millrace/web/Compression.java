package dev.millrace.web;

import dev.millrace.http.BodyCoding;
import dev.millrace.http.HttpHandler;
import dev.millrace.http.ServerRequest;
import dev.millrace.http.ServerResponse;
import dev.millrace.web.content.AcceptEncoding;
import dev.millrace.web.content.DeflateCoder;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A handler in front of another, whose responses it compresses by gzip or deflate, as the client
 * takes them (RFC 9110 section 12.5.3).
 *
 * {@snippet class="dev.millrace.web.CompressionTest" region="compression"}
 *
 * <p>Left as they are: what is short or does not shrink (see {@link CompressionOptions}), what has
 * a Content-Encoding already, parts of something (206), what says {@code Cache-Control:
 * no-transform}, and what the client takes no more gladly compressed. A client that refuses even
 * that gets it nevertheless. A compressed response has no Content-Length, Vary tells caches why, an
 * entity tag becomes a weak one, and ranges are not offered; the response to HEAD says the same.
 *
 * <p>What a handler writes is sent compressed when nothing more is written in the same turn of the
 * loop, so that events and progress arrive. It is compressed on the loop, 32 KiB at a time, others
 * in between, and not faster than the client takes it.
 */
public final class Compression implements HttpHandler {
    private static final List<String> CODINGS = List.of("gzip", "deflate");

    /** Beside text, and what ends in +json or +xml. */
    private static final Set<String> TYPES =
            Set.of(
                    "application/json",
                    "application/javascript",
                    "application/xml",
                    "application/wasm",
                    "application/x-ndjson",
                    "application/toml",
                    "application/yaml",
                    "application/rtf",
                    "application/x-tar",
                    "application/msword",
                    "application/vnd.ms-excel",
                    "application/vnd.ms-powerpoint",
                    "application/vnd.apple.mpegurl",
                    "image/svg+xml",
                    "image/bmp",
                    "image/vnd.microsoft.icon",
                    "font/ttf",
                    "font/otf",
                    "font/collection");

    private final HttpHandler handler;
    private final CompressionOptions options;
    private int active;

    private Compression(HttpHandler handler, CompressionOptions options) {
        this.handler = Objects.requireNonNull(handler, "handler");
        this.options = Objects.requireNonNull(options, "options");
    }

    /** With the default options. */
    public static Compression of(HttpHandler handler) {
        return of(handler, CompressionOptions.DEFAULTS);
    }

    /** In front of {@code handler}, for one loop. */
    public static Compression of(HttpHandler handler, CompressionOptions options) {
        return new Compression(handler, options);
    }

    @Override
    public void handle(ServerRequest request, ServerResponse response) throws Exception {
        List<String> fields = request.headers().all("Accept-Encoding");
        AcceptEncoding accepted = AcceptEncoding.of(fields);
        response.coding((asked, length, outlet) -> begin(accepted, asked, length, outlet));
        handler.handle(request, response);
    }

    private BodyCoding.@Nullable Coder begin(
            AcceptEncoding accepted,
            ServerResponse response,
            long length,
            BodyCoding.Outlet outlet) {
        List<String> codings = accepted.best(CODINGS);
        int status = response.status();
        if (status == 304) {
            // It says what the 200 would have said, of which nothing else is known.
            vary(response);
            if (!codings.isEmpty()) {
                weaken(response);
            }
            return null;
        }
        boolean isMust = !accepted.takesIdentity();
        if (status == 204
                || status == 205
                || status == 206
                || response.header("Content-Encoding").isPresent()
                || response.header("Content-Range").isPresent()
                || !(isMust || isWorth(response))
                || isUntouchable(response)) {
            return null;
        }
        vary(response);
        boolean isLong = isMust || isLong(response, length);
        if (codings.isEmpty() || !isLong || active >= options.atOnceMax()) {
            return null;
        }
        String coding = codings.getFirst();
        weaken(response);
        response.header("Content-Encoding", coding)
                .removeHeader("Content-Length")
                .removeHeader("Accept-Ranges")
                .removeHeader("Content-Digest");
        active++;
        boolean isGzip = coding.equals("gzip");
        return new DeflateCoder(outlet, isGzip, options.level(), () -> active--);
    }

    private boolean isWorth(ServerResponse response) {
        String field = response.header("Content-Type").orElse("");
        int end = field.indexOf(';');
        String type = (end < 0 ? field : field.substring(0, end)).strip().toLowerCase(Locale.ROOT);
        return type.startsWith("text/")
                || type.endsWith("+json")
                || type.endsWith("+xml")
                || TYPES.contains(type)
                || options.moreTypes().contains(type);
    }

    /** RFC 9111 section 5.2.2.6. */
    private static boolean isUntouchable(ServerResponse response) {
        String field = response.header("Cache-Control").orElse("").toLowerCase(Locale.ROOT);
        return field.contains("no-transform");
    }

    /** Unless it is known to be short. */
    private boolean isLong(ServerResponse response, long length) {
        boolean isHead = response.request().method().equals("HEAD");
        long known =
                response.header("Content-Length")
                        .map(Long::parseLong)
                        // A HEAD that ends without a body leaves open how long it would have been.
                        .orElse(isHead && length == 0 ? -1 : length);
        return known < 0 || known >= options.minBytes();
    }

    private static void vary(ServerResponse response) {
        String field = response.header("Vary").orElse("").toLowerCase(Locale.ROOT);
        if (!field.equals("*") && !field.contains("accept-encoding")) {
            response.addHeader("Vary", "Accept-Encoding");
        }
    }

    /** Two codings of a thing are equal in meaning, not byte by byte (RFC 9110 section 8.8.1). */
    private static void weaken(ServerResponse response) {
        response.header("ETag")
                .filter(tag -> tag.startsWith("\""))
                .ifPresent(tag -> response.header("ETag", "W/" + tag));
    }

    /** {@code Compression[3 at work]}. Any thread. */
    @Override
    public String toString() {
        return "Compression[" + active + " at work]";
    }
}
