package dev.millrace.http;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import dev.millrace.testing.Ends;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;

/**
 * A client that sends the bytes it is given and reads answers by the letter of RFC 9112, so that an
 * answer framed wrongly does not go unnoticed. A read that waits for ten seconds fails.
 */
public final class RawHttp implements AutoCloseable {
    private static final int DEADLINE_MILLIS = 10_000;

    /** One answer, its body without the framing. */
    public record Answer(String statusLine, List<String> lines, byte[] body) {
        public int status() {
            return Integer.parseInt(statusLine.substring(9, 12));
        }

        /** The values of the fields with this name. */
        public List<String> all(String name) {
            return lines.stream()
                    .filter(line -> line.regionMatches(true, 0, name + ": ", 0, name.length() + 2))
                    .map(line -> line.substring(name.length() + 2))
                    .toList();
        }

        /** The values of the fields with this name, joined; empty when there is none. */
        public String header(String name) {
            return String.join(", ", all(name));
        }

        public boolean has(String name) {
            return !all(name).isEmpty();
        }

        public String text() {
            return new String(body, ISO_8859_1);
        }
    }

    private final Socket socket;
    private final InputStream in;
    private final OutputStream out;

    private RawHttp(Socket plain) throws IOException {
        this.socket = Ends.client(plain);
        this.in = new BufferedInputStream(socket.getInputStream(), 64 << 10);
        this.out = socket.getOutputStream();
    }

    public static RawHttp connect(int port) throws IOException {
        return connect(port, 0);
    }

    /** With a receive buffer of {@code bytes}, or whatever the kernel likes. */
    public static RawHttp connect(int port, int bytes) throws IOException {
        Socket socket = new Socket();
        if (bytes > 0) {
            socket.setReceiveBufferSize(bytes);
        }
        socket.setTcpNoDelay(true);
        socket.setSoTimeout(DEADLINE_MILLIS);
        socket.connect(
                new InetSocketAddress(InetAddress.getLoopbackAddress(), port), DEADLINE_MILLIS);
        return new RawHttp(socket);
    }

    /** A GET with a Host. */
    public static String get(String target) {
        return "GET " + target + " HTTP/1.1\r\nHost: a\r\n\r\n";
    }

    public static String post(String body) {
        return "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: " + body.length() + "\r\n\r\n" + body;
    }

    public static String chunked(String... chunks) {
        StringBuilder text =
                new StringBuilder(
                        "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n");
        for (String chunk : chunks) {
            text.append(Integer.toHexString(chunk.length())).append("\r\n");
            text.append(chunk).append("\r\n");
        }
        return text.append("0\r\n\r\n").toString();
    }

    public RawHttp send(String text) throws IOException {
        return send(text.getBytes(ISO_8859_1));
    }

    public RawHttp send(byte[] bytes) throws IOException {
        out.write(bytes);
        return this;
    }

    /** FIN: nothing more will be sent. */
    public RawHttp endOutput() throws IOException {
        socket.shutdownOutput();
        return this;
    }

    /** Closes with a reset. */
    public void reset() throws IOException {
        socket.setSoLinger(true, 0);
        socket.close();
    }

    public int localPort() {
        return socket.getLocalPort();
    }

    public Answer get() throws IOException {
        return send(get("/")).answer();
    }

    /** The next answer to anything but HEAD. */
    public Answer answer() throws IOException {
        return answer(true);
    }

    public Answer answer(boolean mayHaveBody) throws IOException {
        String statusLine = line();
        List<String> lines = new ArrayList<>();
        for (String line = line(); !line.isEmpty(); line = line()) {
            lines.add(line);
        }
        Answer head = new Answer(statusLine, lines, new byte[0]);
        int status = head.status();
        if (!mayHaveBody || status < 200 || status == 204 || status == 304) {
            return head;
        }
        if (head.all("Content-Length").size() + head.all("Transfer-Encoding").size() > 1) {
            throw new IOException("an answer framed twice: " + head);
        }
        return new Answer(statusLine, lines, body(head));
    }

    private byte[] body(Answer head) throws IOException {
        if (head.header("Transfer-Encoding").equals("chunked")) {
            return chunks();
        }
        if (head.has("Content-Length")) {
            return exactly(Integer.parseInt(head.header("Content-Length")));
        }
        return in.readAllBytes();
    }

    private byte[] chunks() throws IOException {
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        while (true) {
            int length = Integer.parseInt(line(), 16);
            body.write(exactly(length));
            String end = line();
            if (!end.isEmpty()) {
                throw new IOException("a chunk is followed by " + end);
            }
            if (length == 0) {
                return body.toByteArray();
            }
        }
    }

    public byte[] exactly(int length) throws IOException {
        byte[] bytes = in.readNBytes(length);
        if (bytes.length < length) {
            throw new EOFException("the end came after " + bytes.length + " of " + length);
        }
        return bytes;
    }

    /** One line without its CR LF. */
    public String line() throws IOException {
        StringBuilder line = new StringBuilder();
        while (line.length() < 2 || !line.substring(line.length() - 2).equals("\r\n")) {
            int b = in.read();
            if (b < 0) {
                throw new EOFException("the end came after \"" + line + "\"");
            }
            line.append((char) b);
        }
        return line.substring(0, line.length() - 2);
    }

    /** Everything up to the server's FIN; an {@link IOException} when there is a reset instead. */
    public String rest() throws IOException {
        return new String(in.readAllBytes(), ISO_8859_1);
    }

    /** Whether the connection is over, with a FIN or a reset, and without one byte before. */
    public boolean isOver() {
        try {
            return in.read() < 0;
        } catch (java.net.SocketTimeoutException e) {
            return false;
        } catch (IOException e) {
            return true;
        }
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
