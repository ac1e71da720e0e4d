package dev.millrace.cli;

import dev.millrace.kernel.Address;
import dev.millrace.kernel.IpAddress;
import dev.millrace.kernel.UnixAddress;
import dev.millrace.loop.Loop;
import dev.millrace.net.NetSocket;
import dev.millrace.net.NetSocketOptions;
import java.net.InetAddress;
import java.net.UnknownHostException;

/** One end of a proxy, written as the start line writes it. */
sealed interface Endpoint {
    String TCP = "tcp://";
    String TLS = "tls://";
    String UNIX = "unix:";
    int PORT_MAX = 65_535;

    /** {@code tcp://HOST:PORT}; the host is an address or a name. */
    record Tcp(String host, int port) implements Endpoint {
        @Override
        public Address toListen() {
            try {
                return IpAddress.of(host, port);
            } catch (IllegalArgumentException notALiteral) {
                return named();
            }
        }

        /** Nothing is served yet, so the look-up may block. */
        private Address named() {
            try {
                return new IpAddress(InetAddress.getByName(host), port);
            } catch (UnknownHostException e) {
                throw new Failure(
                        this + ": no such host; give an address or a name of this machine", e);
            }
        }

        @Override
        public NetSocket connect(Loop loop, NetSocketOptions options) {
            return NetSocket.connect(loop, port, host, options);
        }

        private String authority() {
            return (host.indexOf(':') < 0 ? host : "[" + host + "]") + ":" + port;
        }

        @Override
        public String toString() {
            return TCP + authority();
        }
    }

    /** {@code tls://HOST:PORT}: the name is verified. */
    record Tls(Tcp tcp) implements Endpoint {
        @Override
        public Address toListen() {
            return tcp.toListen();
        }

        @Override
        public NetSocket connect(Loop loop, NetSocketOptions options) {
            return tcp.connect(loop, options);
        }

        @Override
        public String toString() {
            return TLS + tcp.authority();
        }
    }

    /** {@code unix:PATH}, or {@code unix:@NAME} for an abstract one. */
    record Unix(UnixAddress path) implements Endpoint {
        @Override
        public Address toListen() {
            return path;
        }

        @Override
        public NetSocket connect(Loop loop, NetSocketOptions options) {
            return NetSocket.connect(loop, path, options);
        }

        @Override
        public String toString() {
            return UNIX + path;
        }
    }

    /** Where a server listens; a name is looked up. */
    Address toListen();

    /** A connection to it; a name is looked up for each, so that it may move. */
    NetSocket connect(Loop loop, NetSocketOptions options);

    /**
     * Reads an address.
     *
     * @param operand what the help calls it
     * @param leastPort 0 where the kernel may choose one
     * @throws UsageError if it is none, with what would be right
     */
    static Endpoint parse(String operand, String text, int leastPort) {
        try {
            if (text.startsWith(UNIX)) {
                return new Unix(UnixAddress.of(text.substring(UNIX.length())));
            }
            if (text.startsWith(TCP)) {
                return tcp(text.substring(TCP.length()), leastPort);
            }
        } catch (IllegalArgumentException e) {
            throw new UsageError(operand + " " + text + ": " + e.getMessage());
        }
        throw new UsageError(
                operand + " " + text + ": no address; write tcp://HOST:PORT or unix:PATH");
    }

    /** As {@link #parse}, where TLS can be spoken. */
    static Endpoint parseSecure(String operand, String text, int leastPort) {
        if (!text.startsWith(TLS)) {
            return parse(operand, text, leastPort);
        }
        try {
            return new Tls(tcp(text.substring(TLS.length()), leastPort));
        } catch (IllegalArgumentException e) {
            throw new UsageError(operand + " " + text + ": " + e.getMessage());
        }
    }

    private static Tcp tcp(String authority, int leastPort) {
        if (authority.chars().anyMatch(c -> "/?#@ ".indexOf(c) >= 0)) {
            throw new IllegalArgumentException(
                    "an address ends with its port; write tcp://HOST:PORT");
        }
        int colon = authority.lastIndexOf(':');
        if (colon < 0 || authority.endsWith("]")) {
            throw new IllegalArgumentException("the port is missing; write tcp://HOST:PORT");
        }
        long port = Units.parseDigits(authority.substring(colon + 1));
        if (port < leastPort || port > PORT_MAX) {
            String any = leastPort == 0 ? " (any free port)" : "";
            throw new IllegalArgumentException(
                    "no port; use " + leastPort + any + " to " + PORT_MAX);
        }
        return new Tcp(host(authority.substring(0, colon)), (int) port);
    }

    /** Without the brackets of an IPv6 address (RFC 3986 section 3.2.2). */
    private static String host(String text) {
        if (text.isEmpty()) {
            throw new IllegalArgumentException(
                    "the host is missing; 127.0.0.1 is this machine, [::] every address of it");
        }
        boolean isBracketed = text.startsWith("[") && text.endsWith("]");
        if (isBracketed) {
            String literal = text.substring(1, text.length() - 1);
            if (literal.indexOf(':') < 0) {
                throw new IllegalArgumentException(
                        "brackets are for IPv6 addresses; leave them out");
            }
            IpAddress.of(literal, 0);
            return literal;
        }
        if (text.indexOf(':') >= 0) {
            throw new IllegalArgumentException(
                    "an IPv6 address has brackets; write tcp://[::1]:PORT for instance");
        }
        if (isNumbers(text)) {
            IpAddress.of(text, 0);
        }
        return text;
    }

    /** Such a name can't be one (RFC 1123 section 2.1). */
    private static boolean isNumbers(String host) {
        return Units.parseDigits(host.substring(host.lastIndexOf('.') + 1)) >= 0;
    }
}
