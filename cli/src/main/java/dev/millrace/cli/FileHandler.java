package dev.millrace.cli;

import dev.millrace.http.HttpHandler;
import dev.millrace.http.ServerRequest;
import dev.millrace.http.ServerResponse;
import dev.millrace.loop.Loop;
import java.io.IOException;
import java.util.Optional;

/**
 * Serves what it finds. Whatever asks the file system runs on other threads, so that a slow disk
 * holds up only who waits for it:
 *
 * <pre>
 *   loop:    request ─┐                      ┌─▶ head and body, see FileAnswer
 *   thread:           └─▶ find, open, read ──┘
 * </pre>
 */
final class FileHandler implements HttpHandler {
    /**
     * Requests of one connection at work at once. The file of the next one may be opened while the
     * last one is sent; more would hold descriptors and memory for answers that can't leave yet.
     */
    static final int CONCURRENT_REQUESTS = 2;

    private static final String ALLOWED = "GET, HEAD";

    /** Of {@code GET http://host HTTP/1.1}, whose path is empty. */
    private static final byte[] ROOT = {'/'};

    /** Makes, off the loop, what then runs on it. */
    private interface Work {
        Runnable prepare() throws IOException;
    }

    /** Finds what a decoded path leads to, off the loop; a {@link Site} does. */
    interface Finder {
        Found find(byte[] decoded) throws IOException;
    }

    private final Loop loop;
    private final Finder finder;
    private final FileThreads threads;

    FileHandler(Loop loop, Finder finder, FileThreads threads) {
        this.loop = loop;
        this.finder = finder;
        this.threads = threads;
    }

    @Override
    public void handle(ServerRequest request, ServerResponse response) {
        if (!Answers.isRead(request.method())) {
            Answers.refuseMethod(request, response, ALLOWED);
            return;
        }
        Optional<byte[]> path = request.pathBytes();
        if (path.isEmpty()) {
            Answers.text(
                    response,
                    400,
                    "400 Bad Request: behind a percent sign stand two hexadecimal digits (%XX), and not"
                            + " 00; write %25 for the sign itself");
            return;
        }
        byte[] decoded = path.get().length == 0 ? ROOT : path.get();
        threads.files()
                .execute(() ->
                        answer(response, () -> prepare(request, response, finder.find(decoded))));
    }

    /** Off the loop. An {@code Error} is answered as well: nothing else would end the response. */
    private void answer(ServerResponse response, Work work) {
        Runnable prepared;
        try {
            prepared = work.prepare();
        } catch (Throwable failure) {
            prepared = () -> HttpService.failed(response, failure);
        }
        Runnable answer = prepared;
        loop.execute(() -> {
            try {
                answer.run();
            } catch (RuntimeException failure) {
                HttpService.failed(response, failure);
            }
        });
    }

    /** Off the loop. A request's head may be read on any thread. */
    private Runnable prepare(ServerRequest request, ServerResponse response, Found found)
            throws IOException {
        return switch (found) {
            case Found.Document document -> {
                FileAnswer answer = FileAnswer.prepare(request, document);
                yield () -> answer.send(loop, response);
            }
            case Found.Folder folder -> () -> listLater(request, response, folder);
            case Found.Moved moved -> {
                String query = request.rawQuery().map(text -> "?" + text).orElse("");
                yield () -> {
                    response.header("Location", moved.location() + query);
                    Answers.text(response, 301, "301 Moved Permanently");
                };
            }
            case Found.Nothing() -> () -> Answers.text(response, 404, "404 Not Found");
            case Found.Denied() -> () -> Answers.text(response, 403, "403 Forbidden");
            case Found.Busy() -> () -> Answers.text(response, 503, "503 Service Unavailable");
        };
    }

    /** On the loop. */
    private void listLater(ServerRequest request, ServerResponse response, Found.Folder folder) {
        threads.listings()
                .read(folder, reading -> answer(response, () -> list(request, response, reading)));
    }

    /** Off the loop. */
    private Runnable list(
            ServerRequest request, ServerResponse response, ListingThread.Reading reading)
            throws IOException {
        Listing listing;
        try {
            listing = reading.listing();
        } catch (IOException e) {
            return prepare(request, response, Site.failed(e));
        }
        if (request.method().equals("HEAD")) {
            return () -> response.header("Content-Type", Listing.TYPE).end();
        }
        Body body = new Body(loop, threads.listings(), new ListingPieces(listing));
        return () -> {
            response.header("Content-Type", Listing.TYPE);
            body.send(response);
        };
    }
}
