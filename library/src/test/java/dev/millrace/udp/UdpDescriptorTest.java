package dev.millrace.udp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.kernel.Descriptor;
import dev.millrace.kernel.IpAddress;
import dev.millrace.loop.Loop;
import dev.millrace.sys.Libc;
import dev.millrace.sys.Linux;
import dev.millrace.testing.Journal;
import dev.millrace.testing.LoopFixture;
import java.io.IOException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** A datagram socket by its descriptor. */
@Tag("epoll")
class UdpDescriptorTest {
    private final Loop loop = Loop.create();
    private final Journal journal = new Journal();

    @AfterEach
    void close() {
        loop.close();
    }

    @Test
    void itGoesOnUnderAnotherDescriptor() throws IOException {
        UdpSocket first = UdpSocket.create(loop).bind(IpAddress.loopback(0));
        assertThatThrownBy(first::duplicate).isInstanceOf(IllegalStateException.class);
        LoopFixture.pollUntil(loop, "bound", () -> first.address().isPresent());
        Descriptor descriptor = first.duplicate();
        // @start region="open"
        UdpSocket second = UdpSocket.open(loop, descriptor);
        second.onMessage((data, from) -> journal.add("from " + from));
        // @end region="open"
        assertThat(descriptor.isOpen()).isFalse();
        assertThat(second.address()).isEqualTo(first.address());
        first.close();
        UdpSocket peer = UdpSocket.create(loop);
        peer.send("hello", second.address().orElseThrow());
        LoopFixture.pollUntil(loop, "came", () -> !journal.lines().isEmpty());
        second.close();
        peer.close();
    }

    @Test
    void whatIsNoDatagramSocketStaysTheCallers() {
        try (Libc libc = new Libc()) {
            Descriptor file = Descriptor.of(libc.open("/dev/null", Linux.O_RDONLY));
            assertThatThrownBy(() -> UdpSocket.open(loop, file)).isInstanceOf(IOException.class);
            assertThat(file.isOpen()).isTrue();
            file.close();
        }
        assertThat(loop.isAlive()).as("only the closing is left").isTrue();
    }
}
