package dev.millrace.kernel;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.testing.NoticeReceiver;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class UnixDatagramTest {
    @Test
    void bytesAndDescriptorsArriveTogetherAndStayTheSenders(@TempDir Path folder)
            throws IOException {
        Path file = Files.writeString(folder.resolve("file"), "kept");
        try (NoticeReceiver receiver = NoticeReceiver.at(folder.resolve("s"));
                Descriptor mine = NoticeReceiver.open(file)) {
            UnixAddress to = receiver.address();
            // @start region="send"
            UnixDatagram.send(to, "FDSTORE=1".getBytes(UTF_8), List.of(mine));
            // @end
            NoticeReceiver.Notice notice = receiver.next();
            assertThat(notice.text()).isEqualTo("FDSTORE=1");
            assertThat(notice.descriptors()).hasSize(1);
            assertThat(notice.descriptors().getFirst().kind()).isEqualTo(DescriptorKind.FILE);
            assertThat(mine.isOpen()).isTrue();
            notice.close();
        }
    }

    @Test
    void anAbstractNameIsAnAddressAsWell() throws IOException {
        String name = "@millrace-test-" + ProcessHandle.current().pid() + "-" + System.nanoTime();
        try (NoticeReceiver receiver = NoticeReceiver.at(UnixAddress.of(name))) {
            UnixDatagram.send(UnixAddress.of(name), new byte[] {'x'}, List.of());
            assertThat(receiver.next().text()).isEqualTo("x");
        }
    }

    @Test
    void itNeverWaits(@TempDir Path folder) throws IOException {
        try (NoticeReceiver receiver = NoticeReceiver.at(folder.resolve("s"))) {
            assertThatThrownBy(
                            () -> {
                                for (int count = 0; count < 100_000; count++) {
                                    UnixDatagram.send(receiver.address(), new byte[100], List.of());
                                }
                            })
                    .isInstanceOf(IOException.class)
                    .hasMessageStartingWith("sendmsg EAGAIN");
        }
    }

    @Test
    void whatCanNotBeSentIsToldWithTheAddress(@TempDir Path folder) throws IOException {
        UnixAddress nowhere = UnixAddress.of(folder.resolve("nowhere"));
        assertThatThrownBy(() -> UnixDatagram.send(nowhere, new byte[1], List.of()))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("ENOENT")
                .hasMessageContaining(nowhere.toString());
        assertThatThrownBy(() -> UnixDatagram.send(nowhere, new byte[0], List.of()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("send one at least");
        try (Descriptor one = NoticeReceiver.open(folder)) {
            assertThatThrownBy(() ->
                            UnixDatagram.send(nowhere, new byte[1], Collections.nCopies(254, one)))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("at most 253");
        }
        try (NoticeReceiver receiver = NoticeReceiver.at(folder.resolve("s"))) {
            assertThatThrownBy(() ->
                            UnixDatagram.send(receiver.address(), new byte[10 << 20], List.of()))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("EMSGSIZE");
        }
    }

    @Test
    void aDescriptorKnowsItsAddressAndThatItIsASocket(@TempDir Path folder) throws IOException {
        try (NoticeReceiver receiver = NoticeReceiver.at(folder.resolve("s"));
                Descriptor socket = receiver.duplicate();
                Descriptor file = NoticeReceiver.open(folder)) {
            assertThat(socket.isSocket()).isTrue();
            assertThat(socket.localAddress()).contains(receiver.address());
            assertThat(file.isSocket()).isFalse();
            assertThat(file.localAddress()).isEmpty();
            file.closeOnExec();
            assertThat(NoticeReceiver.isCloseOnExec(file.number())).isTrue();
        }
    }
}
