package dev.millrace.testing;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;

/**
 * A blocking client of the JDK's own: the other end of a connection, which millrace has no part in.
 */
public final class RawClient implements AutoCloseable {
    private final Socket socket;

    private RawClient(Socket socket) {
        this.socket = socket;
    }

    /** Connected to {@code port} of 127.0.0.1. */
    public static RawClient connect(int port) {
        return connect(port, "127.0.0.1", 0);
    }

    /**
     * Connected to {@code port} of {@code host}; a receive buffer of so many bytes, 0 for the
     * default.
     */
    public static RawClient connect(int port, String host, int receiveBufferBytes) {
        return secure(open("0.0.0.0", port, host, receiveBufferBytes));
    }

    /** Connected to {@code port} of 127.0.0.1, from another address of this machine. */
    public static RawClient connectFrom(String local, int port) {
        return secure(open(local, port, "127.0.0.1", 0));
    }

    /** As {@link #connectFrom}, and says nothing by itself: there is no handshake. */
    public static RawClient connectSilently(String local, int port) {
        return new RawClient(open(local, port, "127.0.0.1", 0));
    }

    private static RawClient secure(Socket plain) {
        try {
            return new RawClient(Ends.client(plain));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Socket open(String local, int port, String host, int receiveBufferBytes) {
        try {
            Socket socket = new Socket();
            if (receiveBufferBytes > 0) {
                socket.setReceiveBufferSize(receiveBufferBytes);
            }
            if (!local.equals("0.0.0.0")) {
                socket.bind(new InetSocketAddress(local, 0));
            }
            int millis = (int) TimeUnit.SECONDS.toMillis(LoopFixture.DEADLINE_SECONDS);
            socket.setSoTimeout(millis);
            socket.setTcpNoDelay(true);
            socket.connect(new InetSocketAddress(host, port), millis);
            return socket;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * What a client on a Unix socket at {@code address} reads after it has sent {@code text} and
     * FIN.
     */
    public static String exchange(SocketAddress address, String text) {
        try (SocketChannel channel = SocketChannel.open(address)) {
            channel.write(ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8)));
            channel.shutdownOutput();
            return new String(
                    Channels.newInputStream(channel).readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Sends {@code text}. */
    public RawClient write(String text) {
        return write(text.getBytes(StandardCharsets.UTF_8));
    }

    /** Sends {@code bytes}. */
    public RawClient write(byte[] bytes) {
        try {
            socket.getOutputStream().write(bytes);
            return this;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Exactly so many bytes. */
    public byte[] read(int count) {
        try {
            byte[] bytes = in().readNBytes(count);
            if (bytes.length < count) {
                throw new AssertionError(
                        "the end came after " + bytes.length + " of " + count + " bytes");
            }
            return bytes;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** As many characters as {@code expected} has. */
    public String readText(int count) {
        return new String(read(count), StandardCharsets.UTF_8);
    }

    /** Everything up to the peer's FIN. */
    public String readToEnd() {
        try {
            return new String(in().readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * Reads until the connection ends by FIN or reset: {@code "FIN"} or the exception's message.
     */
    public String readEnding() {
        try {
            in().readAllBytes();
            return "FIN";
        } catch (IOException e) {
            return String.valueOf(e.getMessage());
        }
    }

    /** Sends FIN. */
    public RawClient halfClose() {
        try {
            socket.shutdownOutput();
            return this;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Ends the connection with a reset. */
    public void reset() {
        try {
            socket.setSoLinger(true, 0);
            socket.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The client's own port. */
    public int localPort() {
        return socket.getLocalPort();
    }

    /** {@code count} bytes with a pattern that shows every loss and swap. */
    public static byte[] pattern(int count) {
        byte[] bytes = new byte[count];
        for (int i = 0; i < count; i++) {
            bytes[i] = (byte) (i * 31 + (i >>> 8) + (i >>> 16) * 101);
        }
        return bytes;
    }

    /** Whether {@code bytes} is the beginning of the pattern. */
    public static boolean isPattern(byte[] bytes) {
        return Arrays.equals(bytes, pattern(bytes.length));
    }

    private InputStream in() throws IOException {
        return socket.getInputStream();
    }

    @Override
    public void close() {
        try {
            socket.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
