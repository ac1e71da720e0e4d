package dev.millrace.loop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.kernel.Address;
import dev.millrace.kernel.KernelOption;
import dev.millrace.testing.LoopFixture;
import dev.millrace.testing.RecordedEvents;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A stream that takes the connection of another one. */
class StreamTakeTest {
    private final StreamPair pair = new StreamPair();
    private final Address address = pair.listener.localAddress();
    private final StreamHandle winner = stream();

    @AfterEach
    void close() {
        pair.close();
    }

    private StreamHandle stream() {
        return new StreamHandle(pair.loop, new RecordedEvents(pair.journal));
    }

    private StreamHandle connected(StreamHandle stream) {
        stream.connect(address, pair.told("connect " + stream.hashCode()));
        pair.runUntil("connect " + stream.hashCode() + " ok");
        pair.runUntil("accepted");
        return stream;
    }

    private static void write(StreamHandle stream, String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        stream.write(bytes, 0, bytes.length, null);
    }

    @Test
    void whatWasWrittenReadAndChosenBeforeHoldsForIt() {
        write(pair.stream, "early");
        pair.stream.readStart();
        pair.stream.option(KernelOption.KEEP_ALIVE, 1);
        connected(winner);
        Address local = winner.localAddress();
        winner.onClose(() -> pair.journal.add("winner closed"));
        pair.stream.takeConnection(winner);
        assertThat(pair.stream.isConnected()).isTrue();
        assertThat(pair.stream.localAddress()).isEqualTo(local);
        assertThat(pair.stream.remoteAddress()).isEqualTo(address);
        assertThat(pair.option(KernelOption.KEEP_ALIVE)).isEqualTo(1);
        pair.peer().readStart();
        write(pair.peer(), "back");
        pair.runUntil("read back");
        pair.runUntil("winner closed");
        assertThat(pair.peerJournal.lines()).containsExactly("read early");
        assertThat(winner.isClosed()).isTrue();
        assertThat(pair.driver.calls("close")).as("the socket lives on").isEmpty();
    }

    @Test
    void itsErrorsNameThePeer() {
        connected(winner);
        pair.stream.takeConnection(winner);
        pair.stream.readStart();
        pair.peer().reset();
        pair.runUntil("error read ECONNRESET " + address);
        assertThat(pair.stream.isReadable()).isFalse();
    }

    @Test
    void inTheWinnersOwnCallbackAsWell() {
        winner.connect(address, new Request(error -> pair.stream.takeConnection(winner)));
        pair.runUntil("accepted");
        LoopFixture.pollUntil(pair.loop, "it", () -> pair.stream.isConnected());
        write(pair.stream, "hello");
        pair.peer().readStart();
        LoopFixture.pollUntil(pair.loop, "it", () -> pair.peer().bytesRead() == 5);
        assertThat(winner.isConnected()).isTrue();
        assertThat(winner.remoteAddress()).as("it is closed").isNull();
    }

    @Test
    void onlyAFreshConnectionCanBeTaken() {
        String refused = "only a fresh connection of the same loop can be taken";
        assertThatThrownBy(() -> pair.stream.takeConnection(winner))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage(refused);
        connected(winner);
        winner.readStart();
        assertThatThrownBy(() -> pair.stream.takeConnection(winner)).hasMessage(refused);
        winner.readStop();
        write(winner, "used");
        assertThatThrownBy(() -> pair.stream.takeConnection(winner)).hasMessage(refused);
        winner.close();
        assertThatThrownBy(() -> pair.stream.takeConnection(winner)).hasMessage(refused);
    }

    @Test
    void oneThatHasASocketTakesNone() {
        String refused = "this stream has a socket, is closed or is a channel";
        connected(winner);
        pair.stream.connect(address, pair.told("connect"));
        assertThatThrownBy(() -> pair.stream.takeConnection(winner))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage(refused);
        pair.runUntil("connect ok");
        assertThatThrownBy(() -> pair.stream.takeConnection(winner)).hasMessage(refused);
        pair.stream.close();
        assertThatThrownBy(() -> pair.stream.takeConnection(winner)).hasMessage(refused);
        assertThat(winner.remoteAddress()).isEqualTo(address);
    }
}
