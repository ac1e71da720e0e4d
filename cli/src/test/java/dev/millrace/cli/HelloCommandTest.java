package dev.millrace.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What the servers without files answer, in this process. */
@Timeout(90)
class HelloCommandTest {

    /** The whole answer to one request, after which the connection closes. */
    private static String ask(ServerCommand command, String line, String body) throws IOException {
        ServerRun run = command.prepare(Arguments.parse(command, List.of("--port=0")));
        String request =
                line
                        + " HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: "
                        + body.length()
                        + "\r\n\r\n"
                        + body;
        try (RunningServer server = RunningServer.of(run).start()) {
            String answer = ask(server, request);
            server.stop().awaitEnd();
            return answer;
        }
    }

    /** Closes before the server ends, which otherwise waits a while for its client to leave. */
    private static String ask(RunningServer server, String request) throws IOException {
        try (Socket client = server.connect()) {
            client.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
            return new String(client.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    @Test
    void theEchoHasTheLengthOfItsBody() throws IOException {
        for (String body : List.of("", "a", "ab")) {
            assertThat(ask(new HelloCommand(), "POST /echo", body))
                    .startsWith("HTTP/1.1 200 ")
                    .contains("\r\nContent-Length: " + body.length() + "\r\n")
                    .endsWith("\r\n\r\n" + body);
        }
    }

    @Test
    void aMethodThatDoesNotFitIsToldWhichDo() throws IOException {
        for (String method : List.of("GET", "PUT")) {
            assertThat(ask(new HelloCommand(), method + " /echo", ""))
                    .startsWith("HTTP/1.1 405 ")
                    .contains("\r\nAllow: POST\r\n");
        }
        assertThat(ask(new HelloCommand(), "DELETE /", ""))
                .startsWith("HTTP/1.1 405 ")
                .contains("\r\nAllow: GET, HEAD\r\n");
    }

    @Test
    void reflectCountsTheBytesOfTheBody() throws IOException {
        assertThat(ask(new ReflectCommand(), "POST /", "abc")).contains("\"body_len\":3,");
    }
}
