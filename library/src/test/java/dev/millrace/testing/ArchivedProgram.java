package dev.millrace.testing;

import dev.millrace.cluster.Cluster;
import dev.millrace.cluster.ClusterOptions;
import dev.millrace.cluster.Primary;
import dev.millrace.cluster.Worker;
import dev.millrace.http.HttpClient;
import dev.millrace.http.HttpServer;
import dev.millrace.ipc.ChildOptions;
import dev.millrace.kernel.IpAddress;
import dev.millrace.loop.Loop;
import dev.millrace.net.NetServer;
import dev.millrace.net.NetSocket;
import dev.millrace.udp.UdpSocket;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.zip.ZipFile;

/**
 * Loads what children of the tests load, so that it is in their {@link ChildArchive}: all of the
 * library, the programs of the tests, and what the JDK makes at run time for a server of each kind
 * and its client. As most children are workers of a cluster, one is: it makes the archive when it
 * ends, and its primary is this program as well.
 */
final class ArchivedProgram {
    private static int left = 3;

    private ArchivedProgram() {}

    static List<String> command(Path jar, Path archive) {
        List<String> command = ChildJvm.java();
        command.addAll(List.of("-cp", jar.toString(), ArchivedProgram.class.getName()));
        command.addAll(List.of(jar.toString(), archive.toString()));
        return command;
    }

    public static void main(String[] arguments) throws IOException {
        if (!Cluster.isPrimary()) {
            loadAll(arguments[0]);
            Loop.run(loop -> serve(loop, Cluster.join(loop)));
            return;
        }
        List<String> worker = command(Path.of(arguments[0]), Path.of(arguments[1]));
        worker.add(1, "-XX:AOTCacheOutput=" + arguments[1]);
        ClusterOptions options =
                ClusterOptions.DEFAULTS
                        .withWorkers(1)
                        .withChild(ChildOptions.DEFAULTS.withCommand(worker));
        Loop.run(loop -> {
            Primary primary = Cluster.primary(loop, options);
            primary.onMessage((one, done) -> primary.shutdown(Duration.ofMinutes(1)));
        });
    }

    private static void loadAll(String file) throws IOException {
        try (ZipFile jar = new ZipFile(file)) {
            jar.stream()
                    .map(entry -> entry.getName())
                    .filter(name -> name.matches("dev/.*\\.class"))
                    .filter(name -> !name.matches(".*Test(s?|\\$.*)\\.class"))
                    .map(name -> name.replace(".class", "").replace('/', '.'))
                    .forEach(ArchivedProgram::load);
        }
    }

    private static void load(String name) {
        try {
            Class.forName(name, false, ArchivedProgram.class.getClassLoader());
        } catch (ClassNotFoundException | LinkageError alien) {
            // It needs a library that only the tests have.
        }
    }

    private static void serve(Loop loop, Worker worker) {
        HttpServer http = HttpServer.create(loop, (request, response) -> response.end("hello"));
        HttpClient client = HttpClient.create(loop);
        http.onListening(() ->
                        client.get("http://127.0.0.1:" + http.port() + "/")
                                .thenCompose(response -> response.text(100))
                                .whenComplete((text, failure) -> {
                                    client.close();
                                    count(worker);
                                }))
                .listen(IpAddress.loopback(0));
        NetServer echo = NetServer.create(loop, socket -> socket.pipeTo(socket));
        echo.onListening(() -> {
            NetSocket socket = NetSocket.connect(loop, IpAddress.loopback(echo.port()));
            socket.onData(data -> {
                socket.end();
                count(worker);
            });
            socket.write("hello");
        });
        echo.listen(IpAddress.loopback(0));
        UdpSocket udp = UdpSocket.create(loop);
        udp.onMessage((data, from) -> count(worker));
        udp.onListening(() -> udp.send("hello", IpAddress.loopback(udp.port())));
        udp.bind(IpAddress.loopback(0));
    }

    private static void count(Worker worker) {
        if (--left == 0) {
            worker.send("done");
        }
    }
}
