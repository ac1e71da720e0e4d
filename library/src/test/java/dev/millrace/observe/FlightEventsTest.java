package dev.millrace.observe;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.http.HttpServer;
import dev.millrace.kernel.IpAddress;
import dev.millrace.net.NetServer;
import dev.millrace.net.NetSocket;
import dev.millrace.observe.LoopEvent.Step;
import dev.millrace.testing.ChildJvm;
import dev.millrace.testing.LoopFixture;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingFile;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Servers and sockets in a recording of the flight recorder. */
class FlightEventsTest {
    private final List<Long> ids = new ArrayList<>();

    /** A connection from ours to ours; the ids of the server, what it accepted, and the client. */
    private void connectOnce() {
        LoopFixture.run(loop -> {
            NetServer server =
                    NetServer.create(
                            loop,
                            socket -> {
                                ids.add(socket.id());
                                socket.end("hello");
                            });
            ids.add(server.id());
            server.onListening(() -> {
                NetSocket client = NetSocket.connect(loop, server.address().orElseThrow());
                client.onClose(() -> {
                    ids.add(client.id());
                    server.close();
                });
                client.resume();
            });
            server.listen(IpAddress.loopback(0));
        });
    }

    private List<RecordedEvent> ours(Path file) throws IOException {
        return RecordingFile.readAllEvents(file).stream()
                .filter(event -> event.getEventType().getName().startsWith("millrace."))
                .filter(event -> event.hasField("id") && ids.contains(event.getLong("id")))
                .toList();
    }

    private static RecordedEvent only(List<RecordedEvent> events, String name, long id) {
        List<RecordedEvent> found =
                events.stream()
                        .filter(event -> event.getEventType().getName().equals(name))
                        .filter(event -> event.getLong("id") == id)
                        .toList();
        assertThat(found).as(name + " of " + id).hasSize(1);
        return found.getFirst();
    }

    @Test
    @Tag("M1")
    @Tag("M3")
    void theLifeOfAConnectionIsRecorded(@TempDir Path folder) throws IOException {
        Path file = folder.resolve("net.jfr");
        try (Recording recording = new Recording()) {
            recording.start();
            connectOnce();
            recording.stop();
            recording.dump(file);
        }
        List<RecordedEvent> events = ours(file);
        RecordedEvent listen = only(events, "millrace.Listen", ids.getFirst());
        assertThat(listen.getString("role")).isEqualTo("TCP_SERVER");
        assertThat(listen.getString("local")).startsWith("127.0.0.1:");
        assertThat(listen.getEventType().getCategoryNames()).containsExactly("millrace");
        RecordedEvent accept = only(events, "millrace.Accept", ids.get(1));
        assertThat(accept.getLong("cause")).isEqualTo(ids.getFirst());
        RecordedEvent connect = only(events, "millrace.Connect", ids.getLast());
        assertThat(connect.getString("remote")).isEqualTo(listen.getString("local"));
        assertThat(connect.getDuration("took")).isPositive();
        RecordedEvent close = only(events, "millrace.Close", ids.getLast());
        assertThat(close.getLong("bytesRead")).isEqualTo(5);
        assertThat(close.getString("error")).isEmpty();
    }

    @Test
    @Tag("M3")
    void aRequestAndItsResponseAreRecorded(@TempDir Path folder) throws IOException {
        Path file = folder.resolve("http.jfr");
        try (Recording recording = new Recording()) {
            recording.start();
            askOnce();
            recording.stop();
            recording.dump(file);
        }
        List<RecordedEvent> all = RecordingFile.readAllEvents(file);
        RecordedEvent request =
                all.stream()
                        .filter(event -> event.getEventType().getName().equals("millrace.Request"))
                        .filter(event -> event.getString("name").equals("GET /recorded"))
                        .findFirst()
                        .orElseThrow();
        assertThat(request.getLong("cause")).isEqualTo(ids.getFirst());
        assertThat(request.getString("role")).isEqualTo("HTTP_REQUEST");
        RecordedEvent response = only(all, "millrace.Response", request.getLong("id"));
        assertThat(response.getInt("status")).isEqualTo(204);
        assertThat(response.getDuration("took")).isPositive();
        assertThat(response.getString("name")).isEqualTo("GET /recorded");
    }

    @Test
    @Tag("M3")
    void aResponseIsRecordedWhereRequestsAreNot(@TempDir Path folder) throws IOException {
        Path file = folder.resolve("http.jfr");
        try (Recording recording = new Recording()) {
            recording.disable("millrace.Request");
            recording.start();
            askOnce();
            recording.stop();
            recording.dump(file);
        }
        assertThat(RecordingFile.readAllEvents(file))
                .filteredOn(event -> event.getEventType().getName().matches("millrace.Re.*"))
                .filteredOn(event -> event.getLong("cause") == ids.getFirst())
                .extracting(event -> event.getEventType().getName())
                .containsExactly("millrace.Response");
    }

    /** One exchange; the id of the server's socket. */
    private void askOnce() {
        LoopFixture.run(loop -> {
            HttpServer server =
                    HttpServer.create(
                            loop,
                            (request, response) -> {
                                ids.add(response.socket().id());
                                response.status(204).end();
                            });
            server.onListening(() -> {
                NetSocket client = NetSocket.connect(loop, server.net().address().orElseThrow());
                client.onClose(server::close);
                client.end("GET /recorded HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
                client.resume();
            });
            server.listen(0, "127.0.0.1");
        });
    }

    /** No start-up cache has them, so that loading them takes milliseconds. */
    @Test
    void whereNobodyRecordsNoneOfTheEventsIsLoaded() throws Exception {
        List<String> command = ChildJvm.command(DebugLinesTest.Program.class);
        command.add(1, "-verbose:class");
        ChildJvm.Result result = ChildJvm.run(command);
        assertThat(result.status()).isZero();
        assertThat(result.output())
                .contains("dev.millrace.observe.Observation ")
                .doesNotContain("dev.millrace.observe.FlightEvents");
    }

    @Test
    void anEventThatIsSwitchedOffIsNotMade(@TempDir Path folder) throws IOException {
        Path file = folder.resolve("net.jfr");
        try (Recording recording = new Recording()) {
            recording.disable("millrace.Accept");
            recording.enable("millrace.Connect");
            recording.start();
            connectOnce();
            assertThat(FlightEvents.isEnabled(Step.CONNECT)).isTrue();
            recording.stop();
            recording.dump(file);
        }
        assertThat(ours(file))
                .extracting(event -> event.getEventType().getName())
                .contains("millrace.Connect")
                .doesNotContain("millrace.Accept");
    }
}
