package dev.millrace.loop;

import dev.millrace.driver.IpAddress;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** Owns a datagram socket and writes down what it reports. */
class RecordedDatagrams implements UdpEvents {
    final List<String> seen = new ArrayList<>();
    final List<IpAddress> senders = new ArrayList<>();

    @Override
    public void onDatagram(
            byte[] array, int offset, int length, IpAddress from, boolean isTruncated) {
        senders.add(from);
        String text = new String(array, offset, length, StandardCharsets.UTF_8);
        seen.add(isTruncated ? text + "..." : text);
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
