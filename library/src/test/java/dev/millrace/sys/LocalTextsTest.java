package dev.millrace.sys;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.FileOutputStream;
import java.io.IOException;
import java.util.Locale;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** In whatever language the tests run. */
@Tag("epoll")
class LocalTextsTest {
    @Test
    @Tag("B7")
    void theTextOfTheJdksExceptionIsFound() throws IOException {
        try (FileOutputStream full = new FileOutputStream("/dev/full")) {
            full.write(1);
            throw new AssertionError("it is full");
        } catch (IOException thrown) {
            assertThat(LocalTexts.errno(thrown.getMessage().toLowerCase(Locale.ROOT)))
                    .isEqualTo(Errno.ENOSPC);
        }
    }

    /** A text that the table of English ones does not have. */
    @Test
    void whatTheTableDoesNotKnowTheCLibraryDoes() {
        assertThat(JdkErrors.errno(new IOException("No child processes"), Errno.EIO)).isEqualTo(10);
        assertThat(LocalTexts.errno("kaputt")).isZero();
        assertThat(LocalTexts.errno("")).isZero();
    }
}
