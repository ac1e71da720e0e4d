package dev.millrace.observe;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.http.HttpServer;
import dev.millrace.kernel.IpAddress;
import dev.millrace.loop.Loop;
import dev.millrace.net.NetSocket;
import dev.millrace.observe.LoopEvent.Role;
import dev.millrace.observe.LoopEvent.Step;
import dev.millrace.testing.ChildJvm;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The lines of {@code MILLRACE_DEBUG}. */
class DebugLinesTest {
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    private final PrintStream out = new PrintStream(bytes, true, StandardCharsets.UTF_8);

    private String printed() {
        return bytes.toString(StandardCharsets.UTF_8);
    }

    @Test
    void namesMayBeSeveralAndThoseThatAreNoneAreToldOnceWithAllThereAre() {
        assertThat(DebugLines.topics(null, out)).isEmpty();
        assertThat(DebugLines.topics(" NET ,loop,", out)).containsExactly("loop", "net");
        assertThat(printed()).isEmpty();
        assertThat(DebugLines.topics("net,tsl,disk", out)).containsExactly("net");
        assertThat(printed().strip())
                .isEqualTo("MILLRACE_DEBUG: there is no disk, tsl; it may name net, http, loop");
    }

    @Test
    void aLineSaysWhatAPersonWantsToKnow() {
        LoopEvent accept =
                LoopEvent.of(Step.ACCEPT, Role.TCP, 7, "main")
                        .withCause(1)
                        .withAddresses(IpAddress.loopback(80), IpAddress.loopback(4000));
        assertThat(accept)
                .hasToString("accept TCP #7 127.0.0.1:80 <- 127.0.0.1:4000, by #1, on main");
        LoopEvent lookup =
                LoopEvent.of(Step.LOOKUP, Role.LOOKUP, 8, "main")
                        .withName("a.test", Duration.ofMillis(2))
                        .withError(new IOException("gone"));
        assertThat(lookup).hasToString("lookup LOOKUP #8 a.test, 2000 µs, failed: gone, on main");
        LoopEvent close = LoopEvent.of(Step.CLOSE, Role.TCP, 7, "main").withBytes(1, 2);
        assertThat(close).hasToString("close TCP #7, read 1 B, written 2 B, on main");
        LoopEvent request =
                LoopEvent.of(Step.REQUEST, Role.HTTP_REQUEST, 9, "main")
                        .withCause(7)
                        .withName("GET /a", Duration.ZERO);
        assertThat(request).hasToString("request HTTP_REQUEST #9 GET /a, by #7, on main");
        LoopEvent response =
                LoopEvent.of(Step.RESPONSE, Role.HTTP_REQUEST, 9, "main")
                        .withTook(Duration.ofMillis(1));
        assertThat(response.withStatus(200))
                .hasToString("response HTTP_REQUEST #9, 1000 µs, 200, on main");
        assertThat(response).hasToString("response HTTP_REQUEST #9, 1000 µs, no response, on main");
    }

    @Test
    void onlyWhatIsAskedForIsPrintedAndWhatIsTooMuchIsCounted() {
        DebugLines lines = new DebugLines(Set.of("net"), out, 2);
        lines.onRun(LoopEvent.of(Step.RUN, Role.LOOP, 0, "main"));
        for (int id = 1; id <= 5; id++) {
            lines.onConnect(LoopEvent.of(Step.CONNECT, Role.TCP, id, "main"));
        }
        assertThat(printed()).as("the loop itself prints nothing").isEmpty();
        lines.printWaiting();
        assertThat(printed().lines())
                .hasSize(3)
                .last()
                .isEqualTo("millrace: 3 lines were too many to be printed");
        assertThat(printed()).containsPattern("millrace net \\+\\d+ µs connect TCP #2, on main");
    }

    @Test
    void eachTopicHasItsSteps() {
        DebugLines lines = new DebugLines(Set.of("http"), out, 9);
        lines.onEvent(LoopEvent.of(Step.CLOSE, Role.TCP, 1, "main"));
        lines.onEvent(LoopEvent.of(Step.REQUEST, Role.HTTP_REQUEST, 2, "main"));
        lines.onEvent(LoopEvent.of(Step.RESPONSE, Role.HTTP_REQUEST, 3, "main"));
        lines.onEvent(LoopEvent.of(Step.STALL, Role.LOOP, 4, "main"));
        lines.printWaiting();
        assertThat(printed().lines())
                .hasSize(2)
                .allMatch(line -> line.startsWith("millrace http +"))
                .first()
                .asString()
                .contains("request HTTP_REQUEST #2");
    }

    @Test
    @Tag("M6")
    void aProgramThatIsAskedPrintsTheStepsOfOneConnection() throws Exception {
        List<String> command = ChildJvm.command(Program.class);
        command.add(1, "-Dmillrace.debug=net,http,loop,nothing");
        command.add(1, "-Dstderr.encoding=UTF-8");
        ChildJvm.Result result = ChildJvm.run(command);
        assertThat(result.status()).as(result.output()).isZero();
        assertThat(result.output())
                .contains("MILLRACE_DEBUG: there is no nothing; it may name net, http, loop")
                .containsSubsequence(
                        "listen TCP_SERVER #1 127.0.0.1:",
                        "millrace loop +",
                        "run LOOP, on main",
                        "close TCP_SERVER #1 127.0.0.1:",
                        "stop LOOP, on main")
                .contains("accept TCP #", "by #1", "connect TCP #", "close TCP #")
                .containsPattern("millrace http \\+\\d+ µs request HTTP_REQUEST #\\d+ GET /a, by #")
                .containsPattern(
                        "millrace http \\+.* response HTTP_REQUEST #\\d+ GET /a, .*, 200,");
    }

    /** What the child does. */
    static final class Program {
        public static void main(String[] arguments) {
            Loop.run(loop -> {
                HttpServer server = HttpServer.create(loop, (request, response) -> response.end());
                server.onListening(() -> {
                    NetSocket client =
                            NetSocket.connect(loop, server.net().address().orElseThrow());
                    client.onClose(server::close);
                    client.end("GET /a HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
                    client.resume();
                });
                server.listen(0, "127.0.0.1");
            });
        }
    }
}
