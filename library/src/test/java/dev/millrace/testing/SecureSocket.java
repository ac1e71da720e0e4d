package dev.millrace.testing;

import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketAddress;
import java.net.SocketException;
import javax.net.ssl.SSLSocket;

/**
 * A socket of the JDK's behind the JDK's TLS, for tests that know nothing of it. A close does not
 * stand still: that of {@link SSLSocket} waits for a thread that writes, which may wait for a peer
 * that does not read. Where one writes, and with a linger time of 0, it ends the connection below
 * TLS.
 */
final class SecureSocket extends Socket {
    /** How long a close waits for that of a peer, which may not read. */
    private static final int ANSWER_MILLIS = 200;

    private final Socket plain;
    private final SSLSocket secure;
    private final OutputStream out;
    private int writers;
    private boolean isClosing;

    SecureSocket(Socket plain, SSLSocket secure) throws IOException {
        this.plain = plain;
        this.secure = secure;
        this.out = new Output(secure.getOutputStream());
    }

    /** Knows that a thread writes. */
    private final class Output extends FilterOutputStream {
        Output(OutputStream to) {
            super(to);
        }

        @Override
        public void write(int b) throws IOException {
            write(new byte[] {(byte) b}, 0, 1);
        }

        @Override
        public void write(byte[] array, int offset, int length) throws IOException {
            begin();
            try {
                out.write(array, offset, length);
            } finally {
                end();
            }
        }
    }

    private synchronized void begin() throws SocketException {
        if (isClosing) {
            throw new SocketException("Socket closed");
        }
        writers++;
    }

    private synchronized void end() {
        writers--;
    }

    /** Whether nothing that a close of TLS would wait for is under way; nothing begins after it. */
    private synchronized boolean isQuiet() {
        isClosing = true;
        return writers == 0;
    }

    @Override
    public void close() throws IOException {
        if (isQuiet() && !plain.isClosed() && plain.getSoLinger() != 0) {
            plain.setSoTimeout(ANSWER_MILLIS);
            secure.close();
        } else {
            plain.close();
        }
    }

    @Override
    public InputStream getInputStream() throws IOException {
        return secure.getInputStream();
    }

    @Override
    public OutputStream getOutputStream() {
        return out;
    }

    @Override
    public void shutdownOutput() throws IOException {
        secure.shutdownOutput();
    }

    @Override
    public void setSoLinger(boolean isOn, int seconds) throws SocketException {
        plain.setSoLinger(isOn, seconds);
    }

    @Override
    public void setSoTimeout(int millis) throws SocketException {
        plain.setSoTimeout(millis);
    }

    @Override
    public int getPort() {
        return plain.getPort();
    }

    @Override
    public int getLocalPort() {
        return plain.getLocalPort();
    }

    @Override
    public InetAddress getLocalAddress() {
        return plain.getLocalAddress();
    }

    @Override
    public SocketAddress getLocalSocketAddress() {
        return plain.getLocalSocketAddress();
    }

    @Override
    public boolean isClosed() {
        return plain.isClosed();
    }
}
