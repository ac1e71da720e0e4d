package dev.millrace.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/** nginx as a peer: one worker, which greets, or serves the folder by sendfile. */
final class Nginx {
    private static final String SETTINGS =
            """
            daemon off; worker_processes 1; pid %1$s/%2$s.pid; error_log %1$s/error.log crit;
            worker_rlimit_nofile 20000;
            events { worker_connections 19000; }
            http {
              access_log off; sendfile on; default_type text/plain;
              keepalive_requests 1000000000; keepalive_timeout 600;
              client_body_temp_path %1$s/body; proxy_temp_path %1$s/proxy;
              fastcgi_temp_path %1$s/fastcgi; uwsgi_temp_path %1$s/uwsgi; scgi_temp_path %1$s/scgi;
              server {
                listen 127.0.0.1:%2$s backlog=4096;
                root %3$s;
                location = / { return 200 "Hello, World!"; }
              }
            }
            """;

    private final Layout layout;

    Nginx(Layout layout) {
        this.layout = layout;
    }

    Command command(Service service, Endpoint at) throws LeftOut, IOException {
        Path program =
                Stream.of(Tools.onPath("nginx"), Tools.existing("/usr/sbin/nginx"))
                        .flatMap(found -> found.stream())
                        .findFirst()
                        .orElseThrow(() -> new LeftOut("nginx: install nginx-light"));
        Path folder = Files.createDirectories(layout.output("nginx"));
        Path settings = folder.resolve(at.text() + ".conf");
        Files.writeString(settings, SETTINGS.formatted(folder, at.text(), Requests.folder(layout)));
        return Command.of(
                program.toString(),
                "-e",
                folder.resolve("error.log").toString(),
                "-c",
                settings.toString());
    }
}
