package dev.millrace.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.millrace.kernel.IpAddress;
import dev.millrace.kernel.UnixAddress;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Where control sockets are, and what is said when none is there. */
@Tag("epoll")
class ControlPlaceTest {
    @TempDir Path folder;

    @Test
    void itIsNamedByUserAndPort() throws IOException {
        ControlPlace place = ControlPlace.under(folder.toString());
        Object user = Files.getAttribute(folder, "unix:uid");
        Path path = place.of(IpAddress.loopback(8080));
        assertThat(path).isEqualTo(folder.resolve("millrace-" + user + "-8080.sock"));
        assertThat(place.of(UnixAddress.of("/tmp/s")).toString())
                .endsWith("-" + ProcessHandle.current().pid() + ".sock");
        Files.createFile(path);
        Files.createFile(folder.resolve("millrace-" + user + "-8080.sock.lock"));
        Files.createFile(folder.resolve("millrace-9" + user + "-8080.sock"));
        assertThat(place.all()).containsExactly(path);
    }

    @Test
    void withoutAFolderOfTheSessionItIsTmp() {
        assertThat(ControlPlace.under(null).folder()).isEqualTo(Path.of("/tmp"));
        assertThat(ControlPlace.under("/no/such/folder").folder()).isEqualTo(Path.of("/tmp"));
    }

    private static void fails(Path path, int status, String text) {
        assertThatExceptionOfType(Failure.class)
                .isThrownBy(() -> ControlRequest.send(path, "ps"))
                .withMessageContaining(text)
                .satisfies(failure -> assertThat(failure.status()).isEqualTo(status));
    }

    @Test
    void whatDoesNotRunIsSaidWithStatusThree() throws IOException {
        fails(folder.resolve("none"), 3, "there is no control socket " + folder.resolve("none"));
        Path stale = folder.resolve("stale");
        try (ServerSocketChannel listener = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            listener.bind(UnixDomainSocketAddress.of(stale));
        }
        fails(stale, 3, "is left over: nothing runs there any more; remove it");
        ControlPlace place = ControlPlace.under(folder.toString());
        assertThatExceptionOfType(Failure.class)
                .isThrownBy(() -> ControlRequest.choose(Optional.empty(), place))
                .withMessageContaining("nothing of this user's runs")
                .satisfies(failure -> assertThat(failure.status()).isEqualTo(3));
        assertThat(ControlRequest.choose(Optional.of(stale), place)).isEqualTo(stale);
        Files.createFile(place.of(IpAddress.loopback(1)));
        assertThatExceptionOfType(Failure.class)
                .as("a file that is no socket of a program")
                .isThrownBy(() -> ControlRequest.choose(Optional.empty(), place));
    }
}
