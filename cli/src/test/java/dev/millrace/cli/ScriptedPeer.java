package dev.millrace.cli;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** A server on threads of its own that answers each request head with the bytes of a script. */
public final class ScriptedPeer implements AutoCloseable {
    /** What it does about the {@code number}th head of all, from 1. */
    public interface Script {
        Reply reply(String head, int number) throws Exception;
    }

    /** Bytes, and whether the connection ends behind them. */
    public record Reply(String bytes, boolean isLast) {
        public static Reply of(String bytes) {
            return new Reply(bytes, false);
        }

        public static Reply last(String bytes) {
            return new Reply(bytes, true);
        }
    }

    private final ServerSocket server;
    private final Script script;
    private final List<String> heads = new CopyOnWriteArrayList<>();
    private final List<Socket> sockets = new CopyOnWriteArrayList<>();

    public ScriptedPeer(Script script) throws IOException {
        this.script = script;
        this.server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        Thread.ofPlatform().daemon().name("scripted-peer").start(this::accept);
    }

    private void accept() {
        try {
            while (true) {
                Socket socket = server.accept();
                sockets.add(socket);
                Thread.ofPlatform().daemon().start(() -> serve(socket));
            }
        } catch (IOException e) {
            // The test is over.
        }
    }

    private void serve(Socket socket) {
        try (socket) {
            InputStream in = socket.getInputStream();
            String head = head(in);
            while (!head.isEmpty()) {
                Reply reply = script.reply(head, count(head));
                socket.getOutputStream().write(reply.bytes().getBytes(ISO_8859_1));
                if (reply.isLast()) {
                    return;
                }
                head = head(in);
            }
        } catch (Exception e) {
            // The client has gone, or the test is over.
        }
    }

    private synchronized int count(String head) {
        heads.add(head);
        return heads.size();
    }

    private static String head(InputStream in) throws IOException {
        StringBuilder head = new StringBuilder();
        while (head.indexOf("\r\n\r\n") < 0) {
            int b = in.read();
            if (b < 0) {
                return "";
            }
            head.append((char) b);
        }
        return head.toString();
    }

    public int port() {
        return server.getLocalPort();
    }

    public String url(String path) {
        return "http://127.0.0.1:" + port() + path;
    }

    /** The heads of requests in order. */
    public List<String> heads() {
        return heads;
    }

    /** A response with a length. */
    public static String ok(String body, String... fields) {
        return response("200 OK", body, fields);
    }

    public static String response(String status, String body, String... fields) {
        StringBuilder head = new StringBuilder("HTTP/1.1 " + status + "\r\n");
        for (String field : fields) {
            head.append(field).append("\r\n");
        }
        return head + "Content-Length: " + body.length() + "\r\n\r\n" + body;
    }

    @Override
    public void close() throws IOException {
        server.close();
        for (Socket socket : sockets) {
            socket.close();
        }
    }
}
