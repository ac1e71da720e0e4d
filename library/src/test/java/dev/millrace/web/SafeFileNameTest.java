package dev.millrace.web;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Names of files that clients have made up, as names that can lie in any folder. */
class SafeFileNameTest {
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '\u0001',
            textBlock =
                    """
                    cat.jpg              | cat.jpg
                    ../../etc/passwd     | passwd
                    C:\\temp\\a b.txt    | a b.txt
                    /                    | file
                    ..                   | file
                    ...hidden            | hidden
                    a.txt. .             | a.txt
                    a<b>:"?*.c           | a_b_____.c
                    CON                  | _CON
                    nul.txt              | _nul.txt
                    com1.tar.gz          | _com1.tar.gz
                    console              | console
                    \u00e4\u65e5.txt     | \u00e4\u65e5.txt
                    """)
    void namesAreMadeSafe(String sent, String safe) {
        assertThat(SafeFileName.of(sent.replace("\\\\", "\\"))).isEqualTo(safe);
    }

    @Test
    void whatCanNotBeSeenIsLeftOut() {
        assertThat(SafeFileName.of("a\0b\r\nc\u202ed\u2028e\u007f\ud800.txt"))
                .isEqualTo("abcde.txt");
        assertThat(SafeFileName.of("")).isEqualTo("file");
        assertThat(SafeFileName.of("\u202e")).isEqualTo("file");
    }

    @Test
    void longNamesKeepTheirEnd() {
        assertThat(SafeFileName.of("x".repeat(300) + ".jpeg")).hasSize(255).endsWith("x.jpeg");
        assertThat(SafeFileName.of("x".repeat(255))).hasSize(255);
        String wide = SafeFileName.of("\ud83d\ude00".repeat(100) + ".md");
        assertThat(wide.getBytes(StandardCharsets.UTF_8)).hasSize(255);
        assertThat(SafeFileName.of("a." + "y".repeat(300))).hasSize(255);
    }
}
