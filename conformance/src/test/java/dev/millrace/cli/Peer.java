package dev.millrace.cli;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketAddress;
import java.net.SocketTimeoutException;
import java.net.StandardProtocolFamily;
import java.net.StandardSocketOptions;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/** A client that sends exactly the bytes it is told to, and understands an answer. */
final class Peer implements AutoCloseable {
    private final SocketChannel channel;
    private final InputStream in;

    private Peer(SocketChannel channel) throws IOException {
        this.channel = channel;
        if (channel.getRemoteAddress() instanceof InetSocketAddress) {
            Socket socket = channel.socket();
            socket.setSoTimeout(Launched.DEADLINE_SECONDS * 1000);
            this.in = socket.getInputStream();
        } else {
            this.in = Channels.newInputStream(channel);
        }
    }

    static Peer of(Launched server) throws IOException {
        return at(server.port());
    }

    static Peer at(int port) throws IOException {
        return new Peer(SocketChannel.open(new InetSocketAddress("127.0.0.1", port)));
    }

    static Peer at(SocketAddress address) throws IOException {
        if (address instanceof UnixDomainSocketAddress) {
            SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX);
            channel.connect(address);
            return new Peer(channel);
        }
        return new Peer(SocketChannel.open(address));
    }

    /** A small receive buffer, so that a slow reader is felt soon. */
    static Peer slowAt(int port) throws IOException {
        SocketChannel channel = SocketChannel.open();
        channel.setOption(StandardSocketOptions.SO_RCVBUF, 16 * 1024);
        channel.connect(new InetSocketAddress("127.0.0.1", port));
        return new Peer(channel);
    }

    /** Characters up to 255, a byte each. */
    Peer sendBytes(String bytes) throws IOException {
        return send(ByteBuffer.wrap(bytes.getBytes(StandardCharsets.ISO_8859_1)));
    }

    Peer send(String text) throws IOException {
        return send(ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8)));
    }

    private Peer send(ByteBuffer bytes) throws IOException {
        // More than once: while another thread reads with a timeout, the channel does not block.
        while (bytes.hasRemaining()) {
            channel.write(bytes);
        }
        return this;
    }

    Peer end() throws IOException {
        channel.shutdownOutput();
        return this;
    }

    /** One line and a Host, and what comes back. */
    Answer ask(String line, String... fields) throws IOException {
        StringBuilder head = new StringBuilder(line).append(" HTTP/1.1\r\nHost: localhost\r\n");
        for (String field : fields) {
            head.append(field).append("\r\n");
        }
        send(head.append("\r\n").toString());
        return answer(line.startsWith("HEAD "));
    }

    /** The next bytes, exactly so many. */
    String read(int length) throws IOException {
        return new String(in.readNBytes(length), StandardCharsets.ISO_8859_1);
    }

    /** Everything to the end. */
    String readAll() throws IOException {
        return new String(in.readAllBytes(), StandardCharsets.ISO_8859_1);
    }

    InputStream in() {
        return in;
    }

    Answer answer(boolean isHead) throws IOException {
        Answer head = head();
        boolean isBodiless = isHead || head.status == 304 || head.status == 204;
        int length = isBodiless ? 0 : Integer.parseInt(head.field("content-length"));
        return new Answer(head.status, head.fields, in.readNBytes(length));
    }

    /** Only the head; the body is still to be read. */
    Answer head() throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        while (!bytes.toString(StandardCharsets.ISO_8859_1).endsWith("\r\n\r\n")) {
            int b = in.read();
            if (b < 0) {
                throw new SocketTimeoutException("the answer ends early: " + bytes);
            }
            bytes.write(b);
        }
        String[] lines = bytes.toString(StandardCharsets.ISO_8859_1).split("\r\n");
        Map<String, String> fields = new TreeMap<>();
        for (int at = 1; at < lines.length; at++) {
            int colon = lines[at].indexOf(':');
            fields.put(
                    lines[at].substring(0, colon).toLowerCase(Locale.ROOT),
                    lines[at].substring(colon + 1).strip());
        }
        return new Answer(Integer.parseInt(lines[0].substring(9, 12)), fields, new byte[0]);
    }

    /** What came back; field names in lower case. */
    record Answer(int status, Map<String, String> fields, byte[] body) {
        String field(String name) {
            return fields.getOrDefault(name, "");
        }

        String text() {
            return new String(body, StandardCharsets.UTF_8);
        }
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
