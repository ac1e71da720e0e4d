package dev.millrace.cluster;

import dev.millrace.http.HttpServer;
import dev.millrace.http.HttpServerOptions;
import dev.millrace.http.ServerRequest;
import dev.millrace.http.ServerResponse;
import dev.millrace.kernel.IpAddress;
import dev.millrace.loop.Loop;
import dev.millrace.net.NetServerOptions;
import dev.millrace.net.ProxyProtocol;
import dev.millrace.tls.TlsIdentity;
import dev.millrace.tls.TlsOptions;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * A worker that serves HTTP: {@code tcp PORT}, {@code unix PATH}, {@code tls PORT PEM}, {@code
 * proxied PORT} behind a balancer. It responds with its number and the target, to {@code /later}
 * when it is told {@code answer}; {@code /die} kills it, and after {@code /leave} it leaves.
 */
final class MovingProgram {
    private static final List<ServerResponse> due = new ArrayList<>();
    private static final List<InputStream> open = new ArrayList<>();
    private static HttpServer server;

    private MovingProgram() {}

    public static void main(String[] arguments) {
        Loop.run(loop -> start(Cluster.join(loop), arguments));
    }

    private static void start(Worker worker, String... arguments) {
        HttpServerOptions options = HttpServerOptions.DEFAULTS;
        if (arguments[0].equals("proxied")) {
            options =
                    options.withNet(
                            NetServerOptions.DEFAULTS.withProxyProtocol(
                                    ProxyProtocol.required("127.0.0.1")));
        }
        if (arguments[0].equals("tls")) {
            Path pem = Path.of(arguments[2]);
            options = options.withTls(TlsOptions.of(TlsIdentity.ofPem(pem, pem)));
        }
        server =
                HttpServer.create(
                        worker.loop(),
                        options,
                        (request, response) -> serve(worker, request, response));
        server.onListening(
                () -> worker.send("tcp listens " + server.net().handle().orElseThrow().key()));
        worker.onMessage(text -> told(worker, text));
        if (arguments[0].equals("unix")) {
            server.listen(arguments[1]);
        } else {
            server.listen(IpAddress.loopback(Integer.parseInt(arguments[1])));
        }
    }

    private static void serve(Worker worker, ServerRequest request, ServerResponse response) {
        switch (request.target()) {
            case "/later" -> {
                due.add(response);
                worker.send("due");
            }
            case "/die" -> Runtime.getRuntime().halt(1);
            case "/from" ->
                    response.end(
                            worker.id() + " " + request.remoteAddress().orElseThrow() + " /from\n");
            case "/pid" -> response.end(String.valueOf(ProcessHandle.current().pid()));
            case "/leave" -> {
                response.end(worker.id() + " /leave\n");
                worker.leave(Duration.ofMinutes(1));
            }
            default -> response.end(worker.id() + " " + request.target() + "\n");
        }
    }

    private static void told(Worker worker, String text) {
        switch (text) {
            case "answer" -> due.forEach(response -> response.end(worker.id() + " /later\n"));
            case "starve" -> starve();
            case "pause" -> server.net().pause();
            default -> {
                worker.send(worker.id() + " " + server.statistics().moves());
                return;
            }
        }
        worker.send(text + " done");
    }

    /** Takes every descriptor that this process may still have. */
    private static void starve() {
        try {
            while (true) {
                open.add(new FileInputStream("/dev/null"));
            }
        } catch (IOException full) {
            // As it should be.
        }
    }
}
