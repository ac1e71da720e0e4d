package dev.millrace.http;

import dev.millrace.kernel.Address;
import java.io.IOException;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;

/**
 * A request and what became of it, for an access log: see {@link HttpServer#onExchange}. Any thread
 * may read it.
 *
 * {@snippet class="dev.millrace.http.HttpObservationExamplesTest" region="exchange"}
 *
 * @param request the request, whose head may be read; empty for bytes that were refused because
 *     they are none
 * @param status of the response; 0 if the server sent none, or does not know because the listener
 *     of an upgrade wrote it by hand
 * @param bodyBytes bytes of the response's content that were given to the connection, without
 *     chunked framing
 * @param duration from the complete head of the request to the last byte of the response, given to
 *     the connection; zero without a request
 * @param remoteAddress the client; empty if it had left before this was asked
 * @param error why the response did not come to its end, or why there was no request
 */
public record HttpExchange(
        Optional<ServerRequest> request,
        int status,
        long bodyBytes,
        Duration duration,
        Optional<Address> remoteAddress,
        Optional<IOException> error) {
    /** Checks that nothing is null. */
    public HttpExchange {
        Objects.requireNonNull(request, "request");
        Objects.requireNonNull(duration, "duration");
        Objects.requireNonNull(remoteAddress, "remoteAddress");
        Objects.requireNonNull(error, "error");
    }

    /** The method; empty without a request. */
    public String method() {
        return request.map(ServerRequest::method).orElse("");
    }

    /** The target as it came, visible ASCII without a space; empty without a request. */
    public String target() {
        return request.map(ServerRequest::target).orElse("");
    }

    /**
     * One line for a log: {@code 127.0.0.1:4000 "GET /path HTTP/1.1" 200 5 B 3 ms}, with the error
     * behind it. Nothing that a client sends can begin another line.
     */
    @Override
    public String toString() {
        String line =
                request.map(of -> of.method() + " " + of.target() + " HTTP/" + of.version())
                        .orElse("-");
        return remoteAddress.map(Address::toString).orElse("-")
                + " \""
                + line
                + "\" "
                + status
                + " "
                + bodyBytes
                + " B "
                + duration.toMillis()
                + " ms"
                + error.map(why -> " " + why.getMessage()).orElse("");
    }
}
