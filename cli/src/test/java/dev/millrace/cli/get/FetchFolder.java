package dev.millrace.cli.get;

import static dev.millrace.cli.ScriptedPeer.ok;
import static dev.millrace.cli.ScriptedPeer.response;
import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.cli.ScriptedPeer;
import dev.millrace.http.HttpClientOptions;
import dev.millrace.loop.Loop;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;

/** A folder that a test downloads to, and what should be in it. */
final class FetchFolder {
    static final String BODY = "0123456789";
    static final String TAG = "ETag: \"v1\"";

    final Path folder;

    FetchFolder(Path folder) {
        this.folder = folder;
    }

    Path file() {
        return folder.resolve("file");
    }

    Path part() {
        return folder.resolve("file.part");
    }

    Path from() {
        return folder.resolve("file.part.from");
    }

    static GetPlan plan(String url, Place place, boolean continues) {
        return plan(url, place, continues, Duration.ZERO);
    }

    static GetPlan plan(String url, Place place, boolean continues, Duration timeMax) {
        return new GetPlan(
                url,
                "GET",
                Map.of("Accept", List.of("*/*")),
                (loop, request, failed) -> request.end(),
                place,
                false,
                continues,
                false,
                timeMax,
                HttpClientOptions.DEFAULTS);
    }

    static Outcome run(GetPlan plan) {
        AtomicReference<Fetch> fetch = new AtomicReference<>();
        Loop.run(loop -> {
            fetch.set(new Fetch(loop, plan));
            fetch.get().start();
        });
        return fetch.get().outcome();
    }

    Outcome get(ScriptedPeer peer) {
        return run(plan(peer.url("/file"), new Place.Kept(file(), true), false));
    }

    Outcome goOn(ScriptedPeer peer) {
        return run(plan(peer.url("/file"), new Place.Kept(file(), true), true));
    }

    void expectWhole(String content) throws IOException {
        assertThat(file()).hasContent(content);
        assertThat(Files.list(folder)).containsExactly(file());
    }

    /** What a break has left. */
    void begun(ScriptedPeer peer, String validator, String bytes) throws IOException {
        Files.writeString(part(), bytes);
        Files.write(from(), new PartOrigin(peer.url("/file"), validator).lines());
    }

    static String cut(String... fields) {
        return ok(BODY, fields).substring(0, ok(BODY, fields).length() - 6);
    }

    static String rest(String range) {
        return response("206 Partial Content", "456789", "Content-Range: bytes " + range);
    }
}
