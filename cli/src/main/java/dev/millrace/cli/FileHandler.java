package dev.millrace.cli;

import dev.millrace.http.HttpHandler;
import dev.millrace.http.ServerRequest;
import dev.millrace.http.ServerResponse;
import dev.millrace.loop.Loop;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.util.Optional;

/**
 * Serves a {@link Site}. Whatever asks the file system runs on a virtual thread, so that a slow
 * disk holds up only who waits for it:
 *
 * <pre>
 *   loop:    request ─┐              ┌─▶ head, then the file, see FileBody
 *   thread:           └─▶ find, open ┘
 * </pre>
 */
final class FileHandler implements HttpHandler {
    private static final String ALLOWED = "GET, HEAD";

    private final Loop loop;
    private final Site site;

    FileHandler(Loop loop, Site site) {
        this.loop = loop;
        this.site = site;
    }

    @Override
    public void handle(ServerRequest request, ServerResponse response) {
        if (!Answers.isRead(request.method())) {
            Answers.refuseMethod(request, response, ALLOWED);
            return;
        }
        Optional<String> path = request.path();
        if (path.isEmpty()) {
            Answers.text(
                    response,
                    400,
                    "400 Bad Request: the path is no percent-encoded UTF-8; write %XX for each byte"
                            + " that is no letter or digit");
            return;
        }
        // Empty in "GET http://host HTTP/1.1".
        String decoded = path.get().isEmpty() ? "/" : path.get();
        Thread.startVirtualThread(() -> lookUp(request, response, decoded));
    }

    /** Off the loop. */
    private void lookUp(ServerRequest request, ServerResponse response, String path) {
        Runnable answer;
        try {
            answer = prepare(request, response, site.find(path));
        } catch (AccessDeniedException e) {
            answer = () -> Answers.text(response, 403, "403 Forbidden");
        } catch (IOException | RuntimeException e) {
            answer =
                    () -> {
                        HttpService.complain(e);
                        response.fail(500, e);
                    };
        }
        loop.execute(answer);
    }

    /** Off the loop; what it answers runs on it. A request's head may be read on any thread. */
    private Runnable prepare(ServerRequest request, ServerResponse response, Found found)
            throws IOException {
        return switch (found) {
            case Found.Document document -> {
                FileAnswer answer = FileAnswer.prepare(request, document);
                yield () -> answer.send(loop, response);
            }
            case Found.Folder folder -> {
                byte[] page = Listing.page(folder);
                yield () -> response.header("Content-Type", Listing.TYPE).end(page);
            }
            case Found.Moved moved -> {
                String query = request.rawQuery().map(text -> "?" + text).orElse("");
                yield () -> {
                    response.header("Location", moved.location() + query);
                    Answers.text(response, 301, "301 Moved Permanently");
                };
            }
            case Found.Nothing() -> () -> Answers.text(response, 404, "404 Not Found");
            case Found.Denied() -> () -> Answers.text(response, 403, "403 Forbidden");
        };
    }
}
