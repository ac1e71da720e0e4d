package dev.millrace.loop;

import dev.millrace.kernel.IpAddress;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiConsumer;

/** Owns a datagram socket and writes down what it reports. */
class RecordedDatagrams implements UdpEvents {
    final List<String> seen = new ArrayList<>();
    final List<IpAddress> senders = new ArrayList<>();
    private final BiConsumer<String, IpAddress> then;

    RecordedDatagrams() {
        this((text, from) -> {});
    }

    /** Gives each datagram, once it is written down, to {@code then}. */
    RecordedDatagrams(BiConsumer<String, IpAddress> then) {
        this.then = then;
    }

    @Override
    public void onDatagram(
            byte[] array, int offset, int length, IpAddress from, boolean isTruncated) {
        senders.add(from);
        String text = new String(array, offset, length, StandardCharsets.UTF_8);
        seen.add(isTruncated ? text + "..." : text);
        then.accept(text, from);
    }

    @Override
    public void onError(IOException error) {
        seen.add(error.getMessage());
    }

    @Override
    public void onThrown(Throwable thrown) {
        seen.add("thrown " + thrown.getMessage());
    }
}
