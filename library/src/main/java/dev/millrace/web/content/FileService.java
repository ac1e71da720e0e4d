package dev.millrace.web.content;

import dev.millrace.files.OpenFile;
import dev.millrace.http.ServerRequest;
import dev.millrace.http.ServerResponse;
import dev.millrace.loop.Loop;
import java.io.IOException;
import java.util.function.BiConsumer;

/**
 * Responses that ask the file system: whatever may wait for a disk runs on other threads, so that a
 * slow one holds up only who waits for it.
 *
 * <pre>
 *   loop:    request ─┐                      ┌─▶ head and body, see FileReply
 *   thread:           └─▶ find, open, read ──┘
 * </pre>
 */
public final class FileService {
    /** Makes, off the loop, what then runs on it. */
    public interface Work {
        Runnable prepare() throws IOException;
    }

    private final Loop loop;
    private final FileThreads threads = FileThreads.shared();
    private final KeptFiles kept;
    private final BiConsumer<? super ServerRequest, ? super Throwable> failures;

    /**
     * @param openFilesMax how many files are kept open
     * @param failures hears, on the loop, of what a response failed with
     */
    public FileService(
            Loop loop,
            int openFilesMax,
            BiConsumer<? super ServerRequest, ? super Throwable> failures) {
        this.loop = loop;
        this.failures = failures;
        this.kept = new KeptFiles(loop, threads.files(), openFilesMax);
    }

    /** Runs {@code work} on a thread that may wait, and then what it made. */
    public void run(ServerResponse response, Work work) {
        threads.files().execute(() -> perform(response, work));
    }

    /** Off the loop. An {@code Error} is answered as well: nothing else would end the response. */
    void perform(ServerResponse response, Work work) {
        Runnable prepared;
        try {
            prepared = work.prepare();
        } catch (Throwable failure) {
            prepared = () -> failed(response, failure);
        }
        Runnable then = prepared;
        loop.execute(() -> {
            try {
                then.run();
            } catch (RuntimeException failure) {
                failed(response, failure);
            }
        });
    }

    /** Responds with 500, or cuts a response that has begun; on the loop. */
    void failed(ServerResponse response, Throwable failure) {
        failures.accept(response.request(), failure);
        response.fail(500, failure);
    }

    /** On the loop: whether the file that is kept under {@code key} was the response. */
    public boolean sendKept(
            String key, ServerRequest request, ServerResponse response, ReplyFields fields) {
        Document document = kept.get(key);
        if (document == null) {
            return false;
        }
        FileReply reply = FileReply.decide(request, document);
        try {
            if (reply.isRead(isHead(request)) && !reply.readCached()) {
                return false;
            }
        } catch (IOException failure) {
            // It is opened anew, and tells the same then.
            return false;
        }
        send(response, reply, document.file(), fields);
        return true;
    }

    /**
     * Off the loop: what sends {@code document} then, or closes it.
     *
     * @param key under which it is kept for other requests; empty for not at all
     * @param status of a page that is sent whatever the request says; 0 for none
     */
    public Runnable prepare(
            String key,
            ServerRequest request,
            ServerResponse response,
            Document document,
            ReplyFields fields,
            int status)
            throws IOException {
        boolean isHead = isHead(request);
        boolean isOpen = false;
        try {
            FileReply reply =
                    status == 0
                            ? FileReply.decide(request, document)
                            : FileReply.page(status, document);
            // HEAD has opened the file as well, so that it tells what GET would have told.
            if (reply.isRead(isHead)) {
                reply.read();
            }
            boolean isKept = !key.isEmpty() && kept.isAny() && document.file().isUnchanged();
            isOpen = isKept || reply.isStreamed(isHead);
            return () -> {
                try {
                    send(response, reply, document.file(), fields);
                } finally {
                    if (isKept) {
                        kept.put(key, document);
                    } else if (reply.isStreamed(isHead)) {
                        // What streams it has its own.
                        closeLater(document);
                    }
                }
            };
        } finally {
            if (!isOpen) {
                KeptFiles.close(document);
            }
        }
    }

    /** On the loop: gives up what is kept, where a descriptor is missing; whether that was any. */
    public boolean giveUpKept() {
        return kept.giveUp();
    }

    private void closeLater(Document document) {
        threads.files().execute(() -> KeptFiles.close(document));
    }

    private void send(ServerResponse response, FileReply reply, OpenFile file, ReplyFields fields) {
        // The peer has left, or the request broke off and was refused.
        if (!response.isClosed() && !response.isEnded()) {
            reply.send(loop, response, file, fields, error -> failed(response, error));
        }
    }

    private static boolean isHead(ServerRequest request) {
        return request.method().equals("HEAD");
    }

    /** On the loop: the page of a folder, which is closed. */
    public void list(
            Site site, ServerRequest request, ServerResponse response, Found.Folder folder) {
        threads.listings()
                .read(
                        site,
                        folder,
                        reading -> perform(response, () -> page(request, response, reading)));
    }

    /** Off the loop. */
    private Runnable page(
            ServerRequest request, ServerResponse response, ListingThread.Reading reading)
            throws IOException {
        Listing listing;
        try {
            listing = reading.listing();
        } catch (IOException e) {
            Found found = Site.failed(e);
            return () -> refuse(response, found);
        }
        if (isHead(request)) {
            return () -> response.header("Content-Type", Listing.TYPE).end();
        }
        ListingPieces pieces = new ListingPieces(listing);
        PageBody body =
                new PageBody(
                        loop,
                        threads.listings(),
                        pieces,
                        failure -> failures.accept(request, failure));
        return () -> {
            response.header("Content-Type", Listing.TYPE);
            body.send(response);
        };
    }

    /** On the loop: what is no file. */
    public static void refuse(ServerResponse response, Found found) {
        switch (found) {
            case Found.Denied() -> PlainText.send(response, 403, "403 Forbidden");
            case Found.Busy() -> PlainText.send(response, 503, "503 Service Unavailable");
            default -> PlainText.send(response, 404, "404 Not Found");
        }
    }
}
