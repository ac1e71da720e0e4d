package dev.millrace.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.kernel.IpAddress;
import dev.millrace.kernel.UnixAddress;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a test can't provoke as root, and the texts of the rest. */
class ListenFailureTest {

    @Test
    void aPrivilegedPort() {
        assertThat(ListenFailure.ip("EACCES", IpAddress.loopback(80), ListenWords.OPTIONS))
                .startsWith("port 80 of 127.0.0.1 may not be opened")
                .contains("1024", "CAP_NET_BIND_SERVICE");
        assertThat(ListenFailure.ip("EACCES", IpAddress.loopback(1023), ListenWords.OPTIONS))
                .contains("CAP_NET");
        assertThat(ListenFailure.ip("EACCES", IpAddress.loopback(1024), ListenWords.OPTIONS))
                .contains("--port")
                .doesNotContain("CAP_NET");
    }

    @Test
    void anAddressOfOneLinkWithoutItsInterface() {
        assertThat(ListenFailure.ip("EINVAL", IpAddress.of("fe80::1", 80), ListenWords.OPTIONS))
                .isEqualTo(
                        "fe80::1 is an address of one link;"
                                + " name its interface with --host fe80::1%eth0 for instance");
        assertThat(ListenFailure.ip("EINVAL", IpAddress.of("fe80::1%1", 80), ListenWords.OPTIONS))
                .isEmpty();
        assertThat(ListenFailure.ip("EINVAL", IpAddress.of("::1", 80), ListenWords.OPTIONS))
                .isEmpty();
    }

    @Test
    void aUnixPathWithoutItsFolder(@TempDir Path folder) throws IOException {
        // The library's EACCES, as in libuv, says no more than the kernel's ENOENT.
        for (String code : List.of("ENOENT", "EACCES")) {
            assertThat(
                            ListenFailure.unix(
                                    code, UnixAddress.of("/no/such/folder/s"), ListenWords.OPTIONS))
                    .contains("does not exist", "--unix");
        }
        Path file = Files.createFile(folder.resolve("f"));
        assertThat(
                        ListenFailure.unix(
                                "ENOTDIR", UnixAddress.of(file.resolve("s")), ListenWords.OPTIONS))
                .contains("does not exist");
        assertThat(
                        ListenFailure.unix(
                                "EACCES", UnixAddress.of(folder.resolve("s")), ListenWords.OPTIONS))
                .contains("may not be made", "--unix");
        assertThat(ListenFailure.unix("EACCES", UnixAddress.of("s"), ListenWords.OPTIONS))
                .contains("may not be made");
    }

    @Test
    void aUnixPathThatIsTaken(@TempDir Path folder) throws IOException {
        assertThat(
                        ListenFailure.unix(
                                "EADDRINUSE",
                                UnixAddress.of(folder.resolve("stale")),
                                ListenWords.OPTIONS))
                .contains("remove it", "--unix");
        assertThat(ListenFailure.unix("EADDRINUSE", UnixAddress.of("@none"), ListenWords.OPTIONS))
                .contains("another process");
        Path file = Files.createFile(folder.resolve("f"));
        for (Path noSocket : List.of(file, folder)) {
            assertThat(
                            ListenFailure.unix(
                                    "EADDRINUSE", UnixAddress.of(noSocket), ListenWords.OPTIONS))
                    .contains("is no socket", "--unix")
                    .doesNotContain("remove");
        }
    }

    @Test
    void anythingElseKeepsItsOwnWords() {
        IOException error = new IOException("listen EMFILE: too many open files\n");
        assertThat(ListenFailure.of(error, IpAddress.loopback(1), ListenWords.OPTIONS))
                .hasMessage("listen EMFILE: too many open files ")
                .hasCause(error);
    }
}
