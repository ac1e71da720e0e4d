package dev.millrace.nio;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.sys.Errno;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What becomes of an error that a write meets halfway. */
class NioWriterTest {
    private final NioWriter writer = new NioWriter(null);

    /** The kernel says why only once; after that it is EPIPE. */
    @Test
    @Tag("F1")
    void aWriteThatFailsHalfwayTellsWhatWasSentAndThenWhy() {
        assertThat(writer.failed(100, Errno.ECONNRESET)).isEqualTo(100);
        assertThat(writer.failed(0, Errno.EPIPE)).isEqualTo(-Errno.ECONNRESET);
        assertThat(writer.failed(0, Errno.EPIPE)).as("again").isEqualTo(-Errno.ECONNRESET);
    }

    @Test
    @Tag("F1")
    void aWriteThatFailsAtOnceTellsWhatItIsTold() {
        assertThat(writer.failed(0, Errno.ECONNRESET)).isEqualTo(-Errno.ECONNRESET);
        assertThat(writer.failed(0, Errno.EPIPE)).isEqualTo(-Errno.EPIPE);
        assertThat(writer.failed(100, Errno.EPIPE)).isEqualTo(100);
        assertThat(writer.failed(0, Errno.EPIPE)).isEqualTo(-Errno.EPIPE);
    }
}
