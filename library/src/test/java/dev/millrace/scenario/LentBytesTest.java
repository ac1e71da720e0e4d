package dev.millrace.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.driver.RecordingDriver;
import dev.millrace.net.NetSocket;
import dev.millrace.testing.Journal;
import dev.millrace.testing.Kernel;
import dev.millrace.testing.LoopFixture;
import dev.millrace.testing.PlainOnly;
import dev.millrace.testing.RawClient;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Received bytes are lent for the duration of a call. Here they are overwritten right after it, so
 * that whoever keeps them without a copy is found out.
 */
class LentBytesTest {
    private static final int MIB = 1 << 20;

    private final LoopFixture fixture = LoopFixture.on(() -> new RecordingDriver().withPoison());
    private final Journal journal = new Journal();
    private final AtomicReference<NetSocket> socket = new AtomicReference<>();

    @AfterEach
    void close() {
        fixture.close();
    }

    private RawClient connect(Consumer<NetSocket> handler) {
        RawClient client =
                RawClient.connect(
                        fixture.listen(accepted -> {
                            socket.set(accepted);
                            handler.accept(accepted);
                            journal.add("accepted");
                        }));
        journal.await("accepted");
        return client;
    }

    @Test
    @Tag("E2")
    @PlainOnly(PlainOnly.Reason.LENT)
    void whatOnBytesLendsIsGoneAfterwards() {
        AtomicReference<byte[]> lent = new AtomicReference<>();
        try (RawClient client =
                connect(accepted ->
                        accepted.onBytes((array, offset, length) -> {
                            assertThat(array[offset]).isEqualTo((byte) 'x');
                            lent.set(array);
                            journal.add("bytes");
                            return length;
                        }))) {
            client.write("x");
            journal.await("bytes");
            fixture.act(() -> assertThat(lent.get()).containsOnly(RecordingDriver.POISON));
        }
    }

    @Test
    void whatOnDataGivesIsTheListenersForEver() {
        List<ByteBuffer> chunks = new ArrayList<>();
        try (RawClient client =
                connect(accepted -> accepted.onData(chunks::add).onEnd(journal.line("end")))) {
            client.write(RawClient.pattern(4 * MIB)).halfClose();
            journal.await("end");
        }
        ByteBuffer all = ByteBuffer.allocate(4 * MIB);
        chunks.forEach(all::put);
        assertThat(RawClient.isPattern(all.array())).isTrue();
    }

    @Test
    void whatIsKeptForALaterListenerIsACopy() {
        try (RawClient client = connect(accepted -> {})) {
            client.write("kept").halfClose();
            Kernel.await(
                    "the bytes to be kept",
                    () -> fixture.<Long>call(() -> socket.get().bytesRead()) >= 4);
            fixture.act(() ->
                    socket.get()
                            .onData(data ->
                                    journal.add(new String(data.array(), StandardCharsets.UTF_8)))
                            .onEnd(journal.line("end")));
            journal.await("end");
            assertThat(journal.lines()).containsExactly("accepted", "kept", "end");
        }
    }

    @Test
    void whatAPipeCarriesAndWhatWaitsBehindItAreCopies() {
        try (RawClient client = connect(accepted -> accepted.pipeTo(accepted))) {
            byte[] pattern = RawClient.pattern(8 * MIB);
            Thread.ofVirtual().start(() -> client.write(pattern).halfClose());
            assertThat(Arrays.equals(client.read(8 * MIB), pattern)).isTrue();
            assertThat(client.readToEnd()).isEmpty();
        }
    }
}
