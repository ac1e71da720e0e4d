package dev.millrace.cli.get;

import static dev.millrace.cli.ScriptedPeer.ok;
import static dev.millrace.cli.ScriptedPeer.response;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.millrace.cli.ScriptedPeer;
import dev.millrace.cli.ScriptedPeer.Reply;
import dev.millrace.http.ClientRequest;
import dev.millrace.http.HttpClientOptions;
import dev.millrace.loop.Loop;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What becomes of a file, whatever the server does. */
class FetchTest {
    private FetchFolder to;

    @BeforeEach
    void begin(@TempDir Path folder) {
        to = new FetchFolder(folder);
    }

    @Test
    void aBodyIsAFileWhenItIsWhole() throws IOException {
        try (ScriptedPeer peer =
                new ScriptedPeer((head, number) -> Reply.of(ok(FetchFolder.BODY)))) {
            assertThat(to.get(peer)).isEqualTo(Outcome.FINE);
            to.expectWhole(FetchFolder.BODY);
            assertThat(peer.heads()).singleElement().asString().doesNotContain("Range");
        }
    }

    @Test
    void aBodyInChunksIsAFileAsWell() throws IOException {
        String chunks = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\n0123\r\n";
        try (ScriptedPeer peer =
                new ScriptedPeer((head, number) ->
                        number == 1
                                ? Reply.last(chunks)
                                : Reply.of(chunks + "6\r\n456789\r\n0\r\n\r\n"))) {
            Outcome cut = to.get(peer);
            assertThat(cut.status()).isEqualTo(1);
            assertThat(cut.complaint())
                    .contains(
                            "file.part has 4 bytes, and the server gave nothing to continue them");
            assertThat(to.get(peer)).isEqualTo(Outcome.FINE);
            to.expectWhole(FetchFolder.BODY);
        }
    }

    @Test
    void aFileIsReplacedAtTheEndOnly() throws IOException {
        try (ScriptedPeer peer =
                new ScriptedPeer((head, number) ->
                        number == 1
                                ? Reply.last(FetchFolder.cut(FetchFolder.TAG))
                                : Reply.of(ok(FetchFolder.BODY)))) {
            Files.writeString(to.file(), "old");
            assertThat(to.get(peer).status()).isEqualTo(1);
            assertThat(to.file()).hasContent("old");
            assertThat(to.get(peer)).isEqualTo(Outcome.FINE);
            to.expectWhole(FetchFolder.BODY);
        }
    }

    @Test
    void aNameThatWasNotChosenReplacesNothing() throws IOException {
        try (ScriptedPeer peer =
                new ScriptedPeer((head, number) -> Reply.of(ok(FetchFolder.BODY)))) {
            Files.writeString(to.file(), "old");
            Place place = new Place.Kept(to.file(), false);
            Outcome taken = FetchFolder.run(FetchFolder.plan(peer.url("/file"), place, false));
            assertThat(taken.status()).isEqualTo(1);
            assertThat(taken.complaint()).contains("is there already; -o replaces a file");
            to.expectWhole("old");
            assertThat(peer.heads()).isEmpty();
        }
    }

    @Test
    void aNameThatIsTakenMeanwhileIsLeftAlone() throws IOException {
        try (ScriptedPeer peer =
                new ScriptedPeer((head, number) -> {
                    Files.writeString(to.file(), "meanwhile");
                    return Reply.of(ok(FetchFolder.BODY, FetchFolder.TAG));
                })) {
            Place place = new Place.Kept(to.file(), false);
            Outcome taken = FetchFolder.run(FetchFolder.plan(peer.url("/file"), place, false));
            assertThat(taken.complaint()).contains("it is there already; name another file");
            assertThat(to.file()).hasContent("meanwhile");
            assertThat(to.part()).hasContent(FetchFolder.BODY);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"404 Not Found", "503 Busy", "304 Not Modified"})
    void whatIsNoSuccessIsNotWritten(String status) throws IOException {
        try (ScriptedPeer peer =
                new ScriptedPeer((head, number) -> Reply.of(response(status, "")))) {
            Files.writeString(to.file(), "old");
            Outcome other = to.get(peer);
            assertThat(other.status()).isEqualTo(status.charAt(0) - '0');
            assertThat(other.complaint())
                    .isEqualTo(peer.url("/file") + ": " + status + "; nothing was written");
            to.expectWhole("old");
        }
    }

    @Test
    void aRedirectSaysWhereTo() throws IOException {
        String moved = response("302 Found", "elsewhere", "Location: /new");
        try (ScriptedPeer peer = new ScriptedPeer((head, number) -> Reply.of(moved))) {
            Outcome other = to.get(peer);
            assertThat(other.status()).isEqualTo(3);
            assertThat(other.complaint()).contains(": 302 Found, to /new");
            assertThat(Files.list(to.folder)).isEmpty();
        }
    }

    @Test
    void aConnectionThatEndsWithoutAResponseLeavesNothing() throws IOException {
        try (ScriptedPeer peer = new ScriptedPeer((head, number) -> Reply.last(""))) {
            Outcome none = to.get(peer);
            assertThat(none.status()).isEqualTo(1);
            assertThat(none.complaint()).contains("without a response");
            assertThat(Files.list(to.folder)).isEmpty();
        }
    }

    @Test
    void aResponseThatBreaksBeforeItsFirstByteLeavesNothing() throws IOException {
        String head =
                ok(FetchFolder.BODY, FetchFolder.TAG)
                        .substring(
                                0,
                                ok(FetchFolder.BODY, FetchFolder.TAG).length()
                                        - FetchFolder.BODY.length());
        try (ScriptedPeer peer = new ScriptedPeer((asked, number) -> Reply.last(head))) {
            assertThat(to.get(peer).complaint()).endsWith("cut off (ECONNRESET)");
            assertThat(Files.list(to.folder)).isEmpty();
        }
    }

    @Test
    void aSignalKeepsWhatHasCome() throws IOException {
        CountDownLatch over = new CountDownLatch(1);
        try (ScriptedPeer peer =
                new ScriptedPeer((head, number) -> {
                    if (number == 1) {
                        return Reply.of(FetchFolder.cut(FetchFolder.TAG));
                    }
                    over.await();
                    return Reply.last("");
                })) {
            GetPlan plan =
                    FetchFolder.plan(peer.url("/file"), new Place.Kept(to.file(), true), false);
            AtomicReference<Fetch> fetch = new AtomicReference<>();
            Loop.run(loop -> {
                fetch.set(new Fetch(loop, plan));
                fetch.get().start();
                loop.setInterval(
                                Duration.ofMillis(5),
                                () -> {
                                    if (hasCome()) {
                                        fetch.get().interrupt(2);
                                    }
                                })
                        .unref();
            });
            over.countDown();
            assertThat(fetch.get().outcome().status()).isEqualTo(130);
            assertThat(fetch.get().outcome().complaint())
                    .isEqualTo(
                            peer.url("/file")
                                    + ": interrupted; "
                                    + to.part()
                                    + " has 4 bytes, which -c continues");
            assertThat(to.part()).hasContent("0123");
        }
    }

    private boolean hasCome() {
        return to.part().toFile().length() == 4;
    }

    @Test
    void timeThatIsOverKeepsWhatHasCome() throws IOException {
        CountDownLatch over = new CountDownLatch(1);
        try (ScriptedPeer peer =
                new ScriptedPeer((head, number) -> {
                    over.await();
                    return Reply.last("");
                })) {
            Place place = new Place.Kept(to.file(), true);
            Outcome late =
                    FetchFolder.run(
                            FetchFolder.plan(
                                    peer.url("/file"), place, false, Duration.ofMillis(1)));
            over.countDown();
            assertThat(late.status()).isEqualTo(1);
            assertThat(late.complaint()).contains("longer than --max-time");
        }
    }

    @Test
    void onePartIsWrittenByOneAtATime() throws IOException {
        AtomicReference<Outcome> second = new AtomicReference<>(Outcome.FINE);
        try (ScriptedPeer other = new ScriptedPeer((head, number) -> Reply.of(ok("other bytes")));
                ScriptedPeer peer =
                        new ScriptedPeer((head, number) -> {
                            second.set(number == 1 ? to.get(other) : Outcome.FINE);
                            return number == 1
                                    ? Reply.last(FetchFolder.cut(FetchFolder.TAG))
                                    : Reply.of(FetchFolder.rest("4-9/10"));
                        })) {
            assertThat(to.get(peer).complaint()).endsWith("4 bytes, which -c continues");
            assertThat(second.get().status()).isEqualTo(1);
            assertThat(second.get().complaint())
                    .endsWith("file.part is being written by another get; wait for it");
            assertThat(other.heads()).as("asked in vain").isEmpty();
            assertThat(to.goOn(peer)).isEqualTo(Outcome.FINE);
            to.expectWhole(FetchFolder.BODY);
            assertThat(to.get(other)).as("when the first is over").isEqualTo(Outcome.FINE);
            to.expectWhole("other bytes");
        }
    }

    @Test
    void aDiskThatIsFullIsNamed() throws IOException {
        Path full = Path.of("/dev/full");
        assumeTrue(Files.exists(full));
        try (ScriptedPeer peer =
                new ScriptedPeer((head, number) -> Reply.of(ok(FetchFolder.BODY)))) {
            Outcome failed =
                    FetchFolder.run(
                            FetchFolder.plan(peer.url("/file"), new Place.Device(full), false));
            assertThat(failed.status()).isEqualTo(1);
            assertThat(failed.complaint()).startsWith("can't write /dev/full: ").contains("ENOSPC");
        }
    }

    @Test
    void aBodyThatCantBeReadIsNoRequest() throws IOException {
        try (ScriptedPeer peer =
                new ScriptedPeer((head, number) -> Reply.of(ok(FetchFolder.BODY)))) {
            GetPlan.Body broken =
                    (Loop loop, ClientRequest request, Consumer<? super IOException> failed) ->
                            failed.accept(new IOException("EIO"));
            GetPlan plan =
                    new GetPlan(
                            peer.url("/file"),
                            "POST",
                            Map.of(),
                            broken,
                            new Place.Kept(to.file(), true),
                            false,
                            false,
                            false,
                            Duration.ZERO,
                            HttpClientOptions.DEFAULTS);
            assertThat(FetchFolder.run(plan).complaint())
                    .isEqualTo("can't read the body to send: EIO");
            assertThat(peer.heads()).isEmpty();
        }
    }
}
