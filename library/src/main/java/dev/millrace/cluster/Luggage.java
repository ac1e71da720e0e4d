package dev.millrace.cluster;

import dev.millrace.net.NetSocket;
import dev.millrace.proxyprotocol.ProxyHeader;
import dev.millrace.proxyprotocol.ProxyHeaderException;
import dev.millrace.proxyprotocol.ProxyHeaderParser;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Optional;

/**
 * What travels with a connection that moves, in a field of {@link Control}: what was received and
 * not read, and in front of it, behind which a dot stands, what a balancer has said of the client.
 *
 * @param header what a balancer has said
 * @param unread what comes first at the new owner
 */
record Luggage(Optional<ProxyHeader> header, ByteBuffer unread) {
    /** That of {@code socket}. */
    static Luggage of(NetSocket socket) {
        return new Luggage(socket.proxyHeader(), socket.descriptors().unread());
    }

    /**
     * That of a field.
     *
     * @throws IllegalArgumentException if it is none
     */
    static Luggage of(String field) {
        int dot = field.indexOf('.');
        Optional<ProxyHeader> header =
                dot < 0 ? Optional.empty() : Optional.of(header(bytes(field.substring(0, dot))));
        return new Luggage(header, ByteBuffer.wrap(bytes(field.substring(dot + 1))));
    }

    private static byte[] bytes(String text) {
        return Base64.getDecoder().decode(text);
    }

    private static ProxyHeader header(byte... bytes) {
        ProxyHeaderParser parser = new ProxyHeaderParser(ProxyHeaderParser.MAX_BYTES);
        try {
            int taken = parser.take(bytes, 0, bytes.length);
            return parser.header()
                    .filter(whole -> taken == bytes.length)
                    .orElseThrow(() -> new IllegalArgumentException("a header and something else"));
        } catch (ProxyHeaderException e) {
            throw new IllegalArgumentException(e);
        }
    }

    String field() {
        String told = header.map(one -> text(ByteBuffer.wrap(one.encode())) + ".").orElse("");
        return told + text(unread);
    }

    private static String text(ByteBuffer bytes) {
        ByteBuffer encoded = Base64.getEncoder().encode(bytes.duplicate());
        return StandardCharsets.ISO_8859_1.decode(encoded).toString();
    }

    /** Gives it to the socket that the connection is here; nothing is read from it before. */
    void unpack(NetSocket socket) {
        header.ifPresent(told -> socket.descriptors().proxyHeader(told));
        socket.pause().unshift(unread);
    }
}
