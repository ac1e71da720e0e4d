package dev.millrace.cli.get;

import static dev.millrace.cli.ScriptedPeer.ok;
import static dev.millrace.cli.ScriptedPeer.response;
import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.cli.ScriptedPeer;
import dev.millrace.cli.ScriptedPeer.Reply;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** How a part that is there becomes whole, or gives way. */
class FetchContinueTest {
    private FetchFolder to;

    @BeforeEach
    void begin(@TempDir Path folder) {
        to = new FetchFolder(folder);
    }

    @Test
    void whatIsCutOffStaysAPartAndIsContinued() throws IOException {
        try (ScriptedPeer peer =
                new ScriptedPeer((head, number) ->
                        number == 1
                                ? Reply.last(FetchFolder.cut(FetchFolder.TAG))
                                : Reply.of(FetchFolder.rest("4-9/10")))) {
            Outcome cut = to.get(peer);
            assertThat(cut.status()).isEqualTo(1);
            assertThat(cut.complaint())
                    .startsWith(peer.url("/file") + ": the response was cut off")
                    .endsWith("file.part has 4 bytes, which -c continues");
            assertThat(to.part()).hasContent("0123");
            assertThat(to.file()).doesNotExist();
            assertThat(to.goOn(peer)).isEqualTo(Outcome.FINE);
            to.expectWhole(FetchFolder.BODY);
            assertThat(peer.heads().get(1))
                    .contains("\r\nRange: bytes=4-\r\n", "\r\nIf-Range: \"v1\"\r\n");
        }
    }

    @Test
    void withoutContinueItBeginsAnew() throws IOException {
        try (ScriptedPeer peer =
                new ScriptedPeer(
                        (head, number) -> Reply.of(ok(FetchFolder.BODY, FetchFolder.TAG)))) {
            to.begun(peer, "\"v1\"", "0123");
            assertThat(to.get(peer)).isEqualTo(Outcome.FINE);
            to.expectWhole(FetchFolder.BODY);
            assertThat(peer.heads()).singleElement().asString().doesNotContain("Range");
        }
    }

    @Test
    void aServerThatGivesAllOfItIsTakenAtItsWord() throws IOException {
        try (ScriptedPeer peer =
                new ScriptedPeer((head, number) -> Reply.of(ok("changed", "ETag: \"v2\"")))) {
            to.begun(peer, "\"v1\"", "0123");
            assertThat(to.goOn(peer)).isEqualTo(Outcome.FINE);
            to.expectWhole("changed");
            assertThat(peer.heads()).singleElement().asString().contains("If-Range: \"v1\"");
        }
    }

    @Test
    void whatReplacesAPartAndIsCutHasItsOwnOrigin() throws IOException {
        try (ScriptedPeer peer =
                new ScriptedPeer((head, number) -> Reply.last(FetchFolder.cut("ETag: \"v2\"")))) {
            to.begun(peer, "\"v1\"", "a longer beginning than that");
            assertThat(to.goOn(peer).status()).isEqualTo(1);
            assertThat(to.part()).hasContent("0123");
            assertThat(to.from()).content().contains("\"v2\"").doesNotContain("v1");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"3-8/10", "5-10/11", "4-8/10", "4-9/11", "4-9/*", "4-9/8", "*/10", "x"})
    void anotherRangeThanTheOneAskedForIsNotPutTogether(String range) throws IOException {
        try (ScriptedPeer peer =
                new ScriptedPeer((head, number) ->
                        Reply.of(
                                number == 1
                                        ? FetchFolder.rest(range)
                                        : ok(FetchFolder.BODY, FetchFolder.TAG)))) {
            to.begun(peer, "\"v1\"", "0123");
            assertThat(to.goOn(peer)).isEqualTo(Outcome.FINE);
            to.expectWhole(FetchFolder.BODY);
            assertThat(peer.heads()).hasSize(2);
            assertThat(peer.heads().get(1)).doesNotContain("Range");
        }
    }

    @Test
    void aRangeBehindTheEndMeansThatAllIsThere() throws IOException {
        String behind = response("416 Range Not Satisfiable", "", "Content-Range: bytes */10");
        try (ScriptedPeer peer = new ScriptedPeer((head, number) -> Reply.of(behind))) {
            to.begun(peer, "\"v1\"", FetchFolder.BODY);
            assertThat(to.goOn(peer)).isEqualTo(Outcome.FINE);
            to.expectWhole(FetchFolder.BODY);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"Content-Range: bytes */11", "X: y"})
    void aRangeThatCantBeHadIsLeftOut(String field) throws IOException {
        String behind = response("416 Range Not Satisfiable", "", field);
        try (ScriptedPeer peer =
                new ScriptedPeer(
                        (head, number) -> Reply.of(number == 1 ? behind : ok(FetchFolder.BODY)))) {
            to.begun(peer, "\"v1\"", "98765432109876");
            assertThat(to.goOn(peer)).isEqualTo(Outcome.FINE);
            to.expectWhole(FetchFolder.BODY);
        }
    }

    @Test
    void aPartOfUnknownOriginIsNotContinued() throws IOException {
        try (ScriptedPeer peer =
                new ScriptedPeer((head, number) -> Reply.of(ok(FetchFolder.BODY)))) {
            Files.writeString(to.part(), "abcd");
            assertThat(to.goOn(peer)).isEqualTo(Outcome.FINE);
            to.expectWhole(FetchFolder.BODY);
            to.begun(peer, "", "abcd");
            assertThat(to.goOn(peer)).isEqualTo(Outcome.FINE);
            Files.writeString(to.part(), "abcd");
            Files.write(to.from(), new PartOrigin(peer.url("/other"), "\"v1\"").lines());
            assertThat(to.goOn(peer)).isEqualTo(Outcome.FINE);
            to.expectWhole(FetchFolder.BODY);
            assertThat(peer.heads()).hasSize(3).noneMatch(head -> head.contains("Range"));
        }
    }

    @Test
    void whatIsWholeIsNotAskedForAgain() throws IOException {
        try (ScriptedPeer peer =
                new ScriptedPeer((head, number) -> Reply.of(ok(FetchFolder.BODY)))) {
            Files.writeString(to.file(), "old");
            Outcome whole = to.goOn(peer);
            assertThat(whole.status()).isZero();
            assertThat(whole.complaint()).isEqualTo(to.file() + " is there already, and whole");
            to.expectWhole("old");
            assertThat(peer.heads()).isEmpty();
        }
    }

    @Test
    void aPartOutlivesAServerThatIsBusy() throws IOException {
        try (ScriptedPeer peer =
                new ScriptedPeer((head, number) -> Reply.of(response("503 Busy", "")))) {
            to.begun(peer, "\"v1\"", "0123");
            Outcome busy = to.goOn(peer);
            assertThat(busy.status()).isEqualTo(5);
            assertThat(busy.complaint()).endsWith("has 4 bytes, which -c continues");
            assertThat(to.part()).hasContent("0123");
        }
    }

    /** A server that knows ranges and no If-Range. */
    @ParameterizedTest
    @CsvSource({
        "'\"v1\"', ETag: \"v2\"",
        "'Sat, 28 Nov 2026 10:00:00 GMT', 'Last-Modified: Sat, 28 Nov 2026 10:00:05 GMT'",
    })
    void theRestOfAnotherFileIsNotPutBehindThePart(String validator, String field)
            throws IOException {
        String other = response("206 Partial", "456789", "Content-Range: bytes 4-9/10", field);
        try (ScriptedPeer peer =
                new ScriptedPeer(
                        (head, number) -> Reply.of(number == 1 ? other : ok(FetchFolder.BODY)))) {
            to.begun(peer, validator, "abcd");
            assertThat(to.goOn(peer)).isEqualTo(Outcome.FINE);
            to.expectWhole(FetchFolder.BODY);
            assertThat(peer.heads()).hasSize(2);
            assertThat(peer.heads().get(1)).doesNotContain("Range");
        }
    }

    @Test
    void theRestIsTheSameByTheSameValidator() throws IOException {
        String rest =
                response("206 Partial", "456789", "Content-Range: bytes 4-9/10", "ETag: \"v1\"");
        try (ScriptedPeer peer = new ScriptedPeer((head, number) -> Reply.of(rest))) {
            to.begun(peer, "\"v1\"", "0123");
            assertThat(to.goOn(peer)).isEqualTo(Outcome.FINE);
            to.expectWhole(FetchFolder.BODY);
            assertThat(peer.heads()).hasSize(1);
        }
    }
}
