package dev.millrace.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NearestTest {

    @ParameterizedTest
    @CsvSource({
        "--prot,'; did you mean --port?'",
        "--por,'; did you mean --port?'",
        "--keep,'; did you mean --keep-alive-timeout?'",
        "--verbose,''",
        "-p,''",
        "k,''",
        "--p,''",
    })
    void hints(String word, String hint) {
        List<String> known = List.of("--port", "--host", "--keep-alive-timeout");
        assertThat(Nearest.hint(word, known)).isEqualTo(hint);
    }

    @Test
    void aShortWordIsNotNearEverything() {
        assertThat(Nearest.hint("xy", List.of("ab", "cd"))).isEmpty();
        assertThat(Nearest.hint("ax", List.of("ab"))).isEqualTo("; did you mean ab?");
    }

    @ParameterizedTest
    @CsvSource({"abc,abc,0", "abc,abd,1", "abc,acb,1", "abc,ab,1", "'',abc,3", "serve,sevre,1"})
    void edits(String from, String to, int edits) {
        assertThat(Nearest.edits(from, to)).isEqualTo(edits);
    }
}
