package dev.millrace.conformance;

import dev.millrace.kernel.IpAddress;
import dev.millrace.loop.Loop;
import dev.millrace.net.NetSocket;
import dev.millrace.net.NetSocketOptions;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;

/** One cycle after the other, a few dozen at a time. */
final class SoakClient {
    /** How a connection ends; the server is told by the first byte. */
    enum Ending {
        END,
        RESET,
        RESET_AT_ONCE,
        DESTROY,
        DESTROY_WHILE_CONNECTING,
        SERVER_END,
        SERVER_RESET;

        byte mark() {
            return (byte) ('a' + ordinal());
        }
    }

    private static final Ending[] ENDINGS = Ending.values();
    private static final int AT_A_TIME = 50;

    /** Each has ports of its own; a port that ended in peace rests for a minute. */
    private static final int SOURCES = 200;

    private static final int MESSAGE_BYTES = 64;

    private final Loop loop;
    private final IpAddress server;
    private final Ledger ledger;
    private final SplittableRandom random;
    private final NetSocketOptions[] sources = new NetSocketOptions[SOURCES];
    private CompletableFuture<Void> lap = new CompletableFuture<>();
    private int left;
    private int open;
    private int source;

    SoakClient(Loop loop, IpAddress server, Ledger ledger, long seed) {
        this.loop = loop;
        this.server = server;
        this.ledger = ledger;
        this.random = new SplittableRandom(seed);
        for (int i = 0; i < SOURCES; i++) {
            sources[i] = NetSocketOptions.DEFAULTS.withLocal(IpAddress.of("127.0.1." + (i + 1), 0));
        }
    }

    /** Runs so many cycles; from any thread. */
    CompletableFuture<Void> lap(int cycles) {
        CompletableFuture<Void> over = new CompletableFuture<>();
        loop.execute(() -> {
            lap = over;
            left = cycles;
            goOn();
        });
        return over;
    }

    private void goOn() {
        while (left > 0 && open < AT_A_TIME) {
            left--;
            open++;
            cycle(ENDINGS[random.nextInt(ENDINGS.length)]);
        }
        if (left == 0 && open == 0) {
            lap.complete(null);
        }
    }

    private void cycle(Ending ending) {
        source = (source + 1) % SOURCES;
        NetSocket socket = NetSocket.connect(loop, server, sources[source]);
        ledger.watch(
                socket,
                () -> connected(socket, ending),
                () -> {
                    open--;
                    loop.setImmediate(this::goOn);
                });
        if (ending == Ending.DESTROY_WHILE_CONNECTING) {
            socket.destroy();
        }
    }

    private void connected(NetSocket socket, Ending ending) {
        byte[] message = new byte[MESSAGE_BYTES];
        random.nextBytes(message);
        message[0] = ending.mark();
        int[] received = {0};
        socket.onBytes((array, offset, length) -> {
            for (int i = 0; i < length; i++) {
                if (received[0] == MESSAGE_BYTES || array[offset + i] != message[received[0]++]) {
                    ledger.mistake("an echo that is none");
                }
            }
            if (received[0] == MESSAGE_BYTES) {
                answered(socket, ending);
            }
            return length;
        });
        socket.write(message, 0, message.length);
        if (ending == Ending.RESET_AT_ONCE) {
            socket.reset();
        }
    }

    private static void answered(NetSocket socket, Ending ending) {
        switch (ending) {
            case END -> socket.end();
            case RESET -> socket.reset();
            case DESTROY -> socket.destroy();
            default -> {}
        }
    }
}
