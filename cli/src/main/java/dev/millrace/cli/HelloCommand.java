package dev.millrace.cli;

import dev.millrace.http.ServerRequest;
import dev.millrace.http.ServerResponse;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** {@code millrace hello}: the smallest HTTP server, and one that streams. */
final class HelloCommand implements ServerCommand {
    private static final byte[] GREETING = "Hello, World!".getBytes(StandardCharsets.US_ASCII);

    @Override
    public String name() {
        return "hello";
    }

    @Override
    public String summary() {
        return "greet over HTTP";
    }

    @Override
    public List<Option> options() {
        return HttpSettings.options();
    }

    @Override
    public String notes() {
        return "GET / greets, POST /echo sends its body back.\n" + HttpSettings.notes();
    }

    @Override
    public ServerRun prepare(Arguments arguments) {
        return HttpService.run(arguments, loop -> HelloCommand::answer);
    }

    private static void answer(ServerRequest request, ServerResponse response) {
        String method = request.method();
        switch (request.rawPath()) {
            // Empty in "GET http://host HTTP/1.1".
            case "/", "" -> {
                if (Answers.isRead(method)) {
                    response.header("Content-Type", "text/plain").end(GREETING);
                } else {
                    Answers.refuseMethod(request, response, "GET, HEAD");
                }
            }
            case "/echo" -> {
                if (method.equals("POST")) {
                    echo(request, response);
                } else {
                    Answers.refuseMethod(request, response, "POST");
                }
            }
            default -> {
                if (Answers.isKnown(method)) {
                    Answers.text(response, 404, "404 Not Found");
                } else {
                    Answers.refuseMethod(request, response, "");
                }
            }
        }
    }

    private static void echo(ServerRequest request, ServerResponse response) {
        // The peer's own Content-Type is not repeated: a form could make a page out of its text.
        response.header("Content-Type", "application/octet-stream");
        if (request.contentLength() >= 0) {
            response.header("Content-Length", Long.toString(request.contentLength()));
        }
        request.pipeTo(response);
    }
}
