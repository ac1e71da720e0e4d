package dev.millrace.conformance.tls;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** nginx, Node and openssl as servers; each tells its port. */
final class ForeignServers {
    private static final String NGINX =
            """
            daemon off;
            master_process off;
            pid FOLDER/nginx.pid;
            error_log stderr;
            events { worker_connections 256; }
            http {
                access_log off;
                client_body_temp_path FOLDER/body;
                proxy_temp_path FOLDER/proxy;
                fastcgi_temp_path FOLDER/fastcgi;
                uwsgi_temp_path FOLDER/uwsgi;
                scgi_temp_path FOLDER/scgi;
                ssl_certificate CERTIFICATE;
                ssl_certificate_key KEY;
                ssl_session_cache shared:sessions:1m;
                server {
                    listen 127.0.0.1:PORT ssl;
                    CLIENTS
                    location / { return 200 "hello from nginx"; }
                }
            }
            """;

    private ForeignServers() {}

    static int nginx(Stage stage) throws IOException {
        return nginx(stage, "");
    }

    static int nginxWithCertificates(Stage stage) throws IOException {
        Path authority = stage.credentials.authority();
        return nginx(stage, "ssl_verify_client on; ssl_client_certificate " + authority + ";");
    }

    private static int nginx(Stage stage, String clients) throws IOException {
        int port = Stage.freePort();
        Path folder = Files.createTempDirectory(stage.folder, "nginx");
        String text =
                NGINX.replace("FOLDER", folder.toString())
                        .replace("CERTIFICATE", stage.credentials.server().toString())
                        .replace("KEY", stage.credentials.serverKey().toString())
                        .replace("PORT", Integer.toString(port))
                        .replace("CLIENTS", clients);
        Path file = Files.writeString(folder.resolve("nginx.conf"), text);
        String program = Stage.program("nginx").orElseThrow().toString();
        return stage.start(port, List.of(program, "-p", folder.toString(), "-c", file.toString()));
    }

    static int node(Stage stage) throws IOException {
        return node(stage, List.of());
    }

    static int nodeWithCertificates(Stage stage) throws IOException {
        return node(stage, List.of(stage.credentials.authority().toString()));
    }

    private static int node(Stage stage, List<String> more) throws IOException {
        int port = Stage.freePort();
        List<String> command =
                new ArrayList<>(List.of("node", ForeignClients.nodeProgram(), "serve"));
        command.add(Integer.toString(port));
        command.add(stage.credentials.server().toString());
        command.add(stage.credentials.serverKey().toString());
        command.addAll(more);
        return stage.start(port, command);
    }

    /** A page of its own about the connection. */
    static int openssl(Stage stage) throws IOException {
        return openssl(stage, "-www");
    }

    static int opensslWithCertificates(Stage stage) throws IOException {
        String authority = stage.credentials.authority().toString();
        return openssl(stage, "-www", "-Verify", "1", "-verify_return_error", "-CAfile", authority);
    }

    /** Sends every line back, from its end to its beginning. */
    static int opensslReversing(Stage stage) throws IOException {
        return openssl(stage, "-rev");
    }

    private static int openssl(Stage stage, String... more) throws IOException {
        int port = Stage.freePort();
        List<String> command = new ArrayList<>(List.of("openssl", "s_server", "-accept"));
        command.add("127.0.0.1:" + port);
        command.addAll(List.of("-cert", stage.credentials.server().toString()));
        command.addAll(List.of("-key", stage.credentials.serverKey().toString()));
        command.addAll(List.of(more));
        return stage.start(port, command);
    }
}
