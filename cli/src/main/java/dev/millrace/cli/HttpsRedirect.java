package dev.millrace.cli;

import dev.millrace.http.HttpHandler;
import dev.millrace.http.ServerRequest;
import dev.millrace.http.ServerResponse;
import java.util.function.IntSupplier;
import java.util.regex.Pattern;

/** Leads every request of plain HTTP to the same place of https, with its method and its body. */
final class HttpsRedirect implements HttpHandler {
    private static final int HTTPS_PORT = 443;

    /** A name or an IPv4 address, or an IPv6 address in brackets; a port may follow. */
    private static final Pattern HOST =
            Pattern.compile("([A-Za-z0-9._~-]+|\\[[0-9A-Fa-f:.]+])(:\\d*)?");

    private final IntSupplier port;

    /** {@code port}: the one of https, asked for each request. */
    HttpsRedirect(IntSupplier port) {
        this.port = port;
    }

    @Override
    public void handle(ServerRequest request, ServerResponse response) {
        var host = HOST.matcher(request.header("Host").orElse(""));
        // The target of CONNECT, or of OPTIONS *, is no path, and leads nowhere.
        if (!host.matches() || !request.rawPath().startsWith("/")) {
            Answers.text(response, 400, "400 Bad Request: this port leads to https");
            return;
        }
        String query = request.rawQuery().map(text -> "?" + text).orElse("");
        String place = request.rawPath() + query;
        response.header("Location", location(host.group(1), port.getAsInt(), place));
        Answers.text(response, 308, "308 Permanent Redirect");
    }

    static String location(String host, int port, String place) {
        return "https://" + host + (port == HTTPS_PORT ? "" : ":" + port) + place;
    }
}
