package dev.millrace.cli.get;

import dev.millrace.http.ClientRequest;
import dev.millrace.http.ClientResponse;
import dev.millrace.http.HttpClient;
import dev.millrace.kernel.SystemError;
import dev.millrace.loop.Loop;
import dev.millrace.loop.TimerHandle;
import dev.millrace.stdio.StandardOutput;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * One request from its start to the last byte of its response, or to what went wrong.
 *
 * <pre>
 *   asking ──head──▶ receiving ──its end──▶ writing the rest ──▶ over
 *     ▲       │           └──cut off, a signal, a full disk──▶ keeping what came ──▶ over
 *     └───────┘ the rest of a part was asked for, and something else came: all of it is asked for
 * </pre>
 *
 * A part is continued only where If-Range makes sure that its beginning is still the server's (RFC
 * 9110 section 13.1.5). Belongs to its loop's thread.
 */
public final class Fetch {
    private static final int SIGNAL_STATUS = 128;

    private final Loop loop;
    private final GetPlan plan;
    private final HttpClient client;
    private final @Nullable PartialFile part;

    private @Nullable StandardOutput output;
    private @Nullable ClientRequest request;
    private @Nullable Sink sink;
    private @Nullable Progress progress;
    private @Nullable TimerHandle limit;

    /** Bytes that were there before, and are not asked for. */
    private long before;

    /** What the rest was asked for by. */
    private String validator = "";

    private long received;
    private Outcome outcome = Outcome.FINE;
    private boolean isOver;

    public Fetch(Loop loop, GetPlan plan) {
        this.loop = loop;
        this.plan = plan;
        this.client = HttpClient.create(loop, plan.client());
        this.part = plan.place() instanceof Place.Kept kept ? new PartialFile(kept) : null;
    }

    /** Begins it; the loop ends with it. */
    public void start() {
        if (!plan.timeMax().isZero()) {
            limit = loop.setTimeout(plan.timeMax(), this::tooLong);
        }
        if (part == null) {
            ask("");
        } else if (plan.continues() && part.isWhole()) {
            finish(new Outcome(0, part.whole() + " is there already, and whole"));
        } else if (part.isTaken()) {
            finish(
                    Outcome.failed(
                            part.whole()
                                    + " is there already; -o replaces a file, remove it or name"
                                    + " another"));
        } else {
            claim(part);
        }
    }

    private void claim(PartialFile kept) {
        try {
            kept.claim();
        } catch (IOException e) {
            finish(Outcome.failed("can't write " + place() + ": " + e.getMessage()));
            return;
        }
        ask(plan.continues() ? guard(kept) : "");
    }

    /** What the rest of the part can be asked for by; empty if all is to be asked for. */
    private String guard(PartialFile kept) {
        Optional<PartOrigin> origin = kept.origin().filter(from -> from.url().equals(plan.url()));
        return kept.length() == 0 ? "" : origin.map(PartOrigin::validator).orElse("");
    }

    private void ask(String guard) {
        validator = guard;
        ClientRequest made = client.request(plan.method(), plan.url());
        request = made;
        plan.fields()
                .forEach((name, values) -> {
                    made.removeHeader(name);
                    values.forEach(value -> made.addHeader(name, value));
                });
        before = part == null || validator.isEmpty() ? 0 : part.length();
        if (before > 0) {
            made.header("Range", "bytes=" + before + "-").header("If-Range", validator);
        }
        made.onError(this::failed).onResponse(response -> responded(made, response));
        plan.body().send(loop, made, error -> cantSend(error));
    }

    private void cantSend(IOException error) {
        finish(Outcome.failed("can't read the body to send: " + error.getMessage()));
    }

    private void responded(ClientRequest to, ClientResponse response) {
        if (isOver || to != request) {
            response.destroy();
            return;
        }
        if (before > 0 && isOfPart(response)) {
            return;
        }
        if (plan.showsHead()) {
            standard().write(head(response).getBytes(StandardCharsets.ISO_8859_1));
        }
        boolean isGood = response.status() / 100 == 2;
        if (isGood || plan.place() instanceof Place.Standard) {
            receive(response);
        } else {
            finish(of(response).with("; nothing was written"));
        }
    }

    /** Looks at what came for the rest of a part; answers whether there is nothing more to do. */
    private boolean isOfPart(ClientResponse response) {
        Optional<ContentRange> range = ContentRange.of(response.headers().all("Content-Range"));
        boolean isRest = range.map(one -> one.completes(before)).orElse(false);
        if (response.status() == 206 && isRest && isSame(response)) {
            return false;
        }
        if (response.status() == 416 && range.map(one -> one.total() == before).orElse(false)) {
            response.destroy();
            complete();
            return true;
        }
        if (response.status() == 206 || response.status() == 416) {
            // Not what was asked for: all of it, then.
            request = null;
            response.destroy();
            ask("");
            return true;
        }
        if (response.status() == 200) {
            // It has changed, or the server knows no ranges.
            before = 0;
        }
        return false;
    }

    /** Some servers know ranges and no If-Range: they say so by another validator, if by any. */
    private boolean isSame(ClientResponse response) {
        String name = validator.startsWith("\"") ? "ETag" : "Last-Modified";
        return response.header(name).map(validator::equals).orElse(true);
    }

    private void receive(ClientResponse response) {
        try {
            sink = sinkFor(response);
        } catch (IOException e) {
            finish(Outcome.failed("can't write beside " + place() + ": " + e.getMessage()));
            return;
        }
        Sink to = sink;
        long length = response.contentLength();
        if (plan.showsProgress() && !isShownOnTerminal()) {
            progress =
                    Progress.begin(
                            loop, () -> before + received, length < 0 ? -1 : before + length);
        }
        to.stream().onDrain(response::resume);
        response.onError(this::failed)
                .onBytes((array, offset, count) -> {
                    take(response, to, array, offset, count);
                    return count;
                })
                .onEnd(() -> received(response, to));
    }

    private Sink sinkFor(ClientResponse response) throws IOException {
        return switch (plan.place()) {
            case Place.Standard standard -> Sink.standard(standard());
            case Place.Device device -> Sink.file(loop, device.path(), 0, this::cantWrite);
            case Place.Kept kept -> {
                PartialFile file = Objects.requireNonNull(part, "" + kept);
                if (before == 0) {
                    file.begin(PartOrigin.of(plan.url(), response.headers()));
                }
                yield Sink.file(loop, file.part(), before, this::cantWrite);
            }
        };
    }

    private void take(ClientResponse response, Sink to, byte[] array, int offset, int count) {
        if (isOver) {
            return;
        }
        if (received == 0 && isBinary(array, offset, count) && isShownOnTerminal()) {
            finish(
                    Outcome.failed(
                            "the body is no text, and could upset the terminal; -o FILE keeps it,"
                                    + " -o - shows it all the same"));
            return;
        }
        received += count;
        if (!to.stream().write(array, offset, count)) {
            response.pause();
        }
    }

    /** As curl decides it: text has no NUL. */
    private static boolean isBinary(byte[] array, int offset, int count) {
        for (int at = offset; at < offset + count; at++) {
            if (array[at] == 0) {
                return true;
            }
        }
        return false;
    }

    private boolean isShownOnTerminal() {
        return plan.place() instanceof Place.Standard standard
                && !standard.mayBeBinary()
                && standard().terminal().isPresent();
    }

    private StandardOutput standard() {
        if (output == null) {
            output = StandardOutput.open(loop).onError(this::cantShow);
        }
        return output;
    }

    /** All of the body has come, and has still to be written. */
    private void received(ClientResponse response, Sink to) {
        if (!isOver) {
            to.end(() -> written(response));
        }
    }

    private void written(ClientResponse response) {
        if (isOver) {
            return;
        }
        sink = null;
        if (part != null) {
            complete();
        } else {
            finish(response.status() / 100 == 2 ? Outcome.FINE : of(response));
        }
    }

    /** The part is whole. */
    private void complete() {
        if (part == null) {
            return;
        }
        try {
            part.complete();
            finish(Outcome.FINE);
        } catch (IOException e) {
            finish(Outcome.failed("can't name " + part.whole() + ": " + PartialFile.why(e)));
        }
    }

    private Outcome of(ClientResponse response) {
        String line = (response.status() + " " + response.reason()).strip();
        String where = response.header("Location").map(to -> ", to " + to).orElse("");
        String moved = response.status() / 100 == 3 && !where.isEmpty() ? where : "";
        return new Outcome(response.status() / 100, plan.url() + ": " + line + moved);
    }

    private static String head(ClientResponse response) {
        StringBuilder head = new StringBuilder("HTTP/" + response.version());
        head.append(' ').append(response.status()).append(' ').append(response.reason());
        response.headers()
                .forEach((name, value) ->
                        head.append("\r\n").append(name).append(": ").append(value));
        return head.append("\r\n\r\n").toString();
    }

    /** No response, or one that broke off. */
    private void failed(IOException error) {
        String hint =
                switch (SystemError.codeOf(error)) {
                    case "ECONNREFUSED" -> "; is the server running there?";
                    case "ENOTFOUND" -> "; check the name";
                    default -> "";
                };
        finish(Outcome.failed(plan.url() + ": " + error.getMessage() + hint));
    }

    private void tooLong() {
        finish(Outcome.failed(plan.url() + ": it took longer than --max-time allows"));
    }

    private void cantWrite(IOException error) {
        sink = null;
        finish(Outcome.failed("can't write " + place() + ": " + error.getMessage()));
    }

    private String place() {
        return switch (plan.place()) {
            case Place.Standard standard -> "standard output";
            case Place.Device device -> device.path().toString();
            case Place.Kept kept -> kept.path() + ".part";
        };
    }

    /** A reader that has seen enough, as {@code head} has, is no failure. */
    private void cantShow(IOException error) {
        sink = null;
        output = null;
        boolean hasSeenEnough = SystemError.codeOf(error).equals("EPIPE");
        finish(
                hasSeenEnough
                        ? Outcome.FINE
                        : Outcome.failed("can't write to standard output: " + error.getMessage()));
    }

    /** A signal: what has come is kept. On the loop's thread. */
    public void interrupt(int signal) {
        finish(new Outcome(SIGNAL_STATUS + signal, plan.url() + ": interrupted"));
    }

    /** The first one counts. What has come is written before it is over. */
    private void finish(Outcome result) {
        if (isOver) {
            return;
        }
        isOver = true;
        outcome = result;
        if (limit != null) {
            limit.close();
        }
        if (request != null) {
            request.destroy();
        }
        client.close();
        Sink last = sink;
        if (last != null) {
            last.end(this::settle);
        } else {
            settle();
        }
    }

    private void settle() {
        if (progress != null) {
            progress.end();
        }
        if (part != null && outcome.status() != 0) {
            outcome = outcome.with(part.hint());
        }
        if (part != null) {
            part.release();
        }
        if (output != null) {
            output.end();
        }
    }

    /** How it ended; when the loop has. */
    public Outcome outcome() {
        return outcome;
    }
}
