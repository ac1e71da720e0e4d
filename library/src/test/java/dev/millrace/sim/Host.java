package dev.millrace.sim;

import dev.millrace.net.NetSocket;
import org.jspecify.annotations.Nullable;

/** The accepting end of a conversation: learns from its first bytes which one it is. */
final class Host {
    private final Scenario scenario;
    private final NetSocket socket;
    private final SimSocket port;
    private final Witness witness;
    private final byte[] name = new byte[Payload.NAME_BYTES];
    private int known;
    private @Nullable Talker talker;

    Host(Scenario scenario, NetSocket socket, SimSocket port) {
        this.scenario = scenario;
        this.socket = socket;
        this.port = port;
        this.witness = scenario.witness(port.id, "host");
        Talker.witness(socket, witness, () -> {});
        socket.onBytes(this::received).onEnd(this::ended).onDrain(this::drained);
    }

    private int received(byte[] array, int offset, int length) {
        if (talker != null) {
            return talker.received(array, offset, length);
        }
        int count = Math.min(length, name.length - known);
        System.arraycopy(array, offset, name, known, count);
        known += count;
        if (known == name.length) {
            int conversation = name[0] << 24 | (name[1] & 255) << 16 | (name[2] & 255) << 8;
            talker = scenario.host(conversation | (name[3] & 255), witness, socket, port);
            talker.named();
        }
        return count;
    }

    private void drained() {
        if (talker != null) {
            talker.drained();
        }
    }

    private void ended() {
        witness.ended();
        if (talker == null) {
            // It left without a word.
            socket.end();
        }
    }
}
