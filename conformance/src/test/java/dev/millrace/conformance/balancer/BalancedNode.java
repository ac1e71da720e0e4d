package dev.millrace.conformance.balancer;

import dev.millrace.http.HttpServer;
import dev.millrace.http.HttpServerOptions;
import dev.millrace.kernel.IpAddress;
import dev.millrace.loop.Loop;
import dev.millrace.loop.SignalHandle;
import dev.millrace.net.NetServerOptions;
import dev.millrace.net.ProxyProtocol;
import dev.millrace.web.Readiness;
import dev.millrace.web.Router;
import java.time.Duration;

/** A server behind a balancer, which says which process it is and whom it serves. */
public final class BalancedNode {
    private BalancedNode() {}

    /** The port. */
    public static void main(String... arguments) {
        Loop.run(loop ->
                serve(loop, Integer.parseInt(arguments[0]))
                        .onListening(() -> System.out.println("listening")));
    }

    static HttpServer serve(Loop loop, int port) {
        NetServerOptions behind =
                NetServerOptions.DEFAULTS.withProxyProtocol(ProxyProtocol.required("127.0.0.1"));
        HttpServer server = HttpServer.create(loop, HttpServerOptions.DEFAULTS.withNet(behind));
        Readiness readiness = Readiness.of(server, Duration.ofSeconds(2));
        long pid = ProcessHandle.current().pid();
        server.onRequest(
                new Router()
                        .get("/ready", readiness.ready())
                        .get(
                                "/",
                                (request, response) -> {
                                    var client = (IpAddress) request.remoteAddress().orElseThrow();
                                    response.end(pid + " " + client.hostText());
                                }));
        SignalHandle term = new SignalHandle(loop);
        term.start("TERM", signal -> readiness.drain(Duration.ofSeconds(20)));
        term.unref();
        return server.listen(port, "127.0.0.1");
    }
}
