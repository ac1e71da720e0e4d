package dev.millrace.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.driver.IpAddress;
import dev.millrace.driver.UnixAddress;
import java.io.IOException;
import org.junit.jupiter.api.Test;

/** What a test can't provoke as root, and the texts of the rest. */
class ListenFailureTest {

    @Test
    void aPrivilegedPort() {
        assertThat(ListenFailure.ip("EACCES", IpAddress.loopback(80)))
                .startsWith("port 80 of 127.0.0.1 may not be opened")
                .contains("1024", "CAP_NET_BIND_SERVICE");
        assertThat(ListenFailure.ip("EACCES", IpAddress.loopback(8080)))
                .contains("--port")
                .doesNotContain("CAP_NET");
    }

    @Test
    void aUnixPath() {
        UnixAddress path = UnixAddress.of("/no/such/folder/s");
        assertThat(ListenFailure.unix("ENOENT", path)).contains("does not exist", "--unix");
        assertThat(ListenFailure.unix("EACCES", path)).contains("may not be made", "--unix");
        assertThat(ListenFailure.unix("EADDRINUSE", path)).contains("remove it", "--unix");
        assertThat(ListenFailure.unix("EADDRINUSE", UnixAddress.of("@none")))
                .contains("another process");
    }

    @Test
    void anythingElseKeepsItsOwnWords() {
        IOException error = new IOException("listen EMFILE: too many open files\n");
        assertThat(ListenFailure.of(error, IpAddress.loopback(1)))
                .hasMessage("listen EMFILE: too many open files ")
                .hasCause(error);
    }
}
