package dev.millrace.conformance.tls;

import dev.millrace.kernel.IpAddress;
import dev.millrace.loop.Loop;
import dev.millrace.net.NetServer;
import dev.millrace.net.NetServerOptions;
import dev.millrace.net.NetSocket;
import dev.millrace.tls.TlsIdentity;
import dev.millrace.tls.TlsOptions;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.zip.CRC32C;

/**
 * Sends and takes in bulk by TLS, in a heap of 64 MiB, and looks how much of it is live. The first
 * byte of a connection says which: {@code d} sends as fast as it is let, {@code u} takes slowly.
 * Behind the data comes a line: its CRC-32C, and the live heap early and late, in KiB.
 */
public final class BulkServer {
    /** What all of them begin their JVM with. */
    static final String[] HEAP = {"-Xms64m", "-Xmx64m", "-XX:+AlwaysPreTouch", "-XX:+UseSerialGC"};

    private static final int CHUNK_BYTES = 64 << 10;
    private static final Duration PAUSE = Duration.ofMillis(1);

    private final Loop loop;
    private final NetSocket socket;
    private final long total;
    private final CRC32C sum = new CRC32C();
    private final byte[] chunk = new byte[CHUNK_BYTES];
    private long done;
    private long early;

    private BulkServer(Loop loop, NetSocket socket, long total) {
        this.loop = loop;
        this.socket = socket;
        this.total = total;
        for (int at = 0; at < CHUNK_BYTES; at++) {
            chunk[at] = (byte) (at * 31 >> 3);
        }
    }

    /** {@code CERTIFICATE KEY BYTES}; prints its port once it listens. */
    public static void main(String[] arguments) {
        TlsIdentity identity = TlsIdentity.ofPem(Path.of(arguments[0]), Path.of(arguments[1]));
        long total = Long.parseLong(arguments[2]);
        Loop.run(loop -> {
            NetServerOptions options = NetServerOptions.DEFAULTS.withTls(TlsOptions.of(identity));
            NetServer server = NetServer.create(loop, options);
            server.onConnection(socket -> new BulkServer(loop, socket, total).begin());
            server.listen(IpAddress.loopback(0))
                    .onListening(() -> System.out.println(server.port()));
        });
    }

    private void begin() {
        socket.onError(error -> System.err.println("bulk: " + error));
        socket.onData(data -> {
            if (done == 0 && data.get() == 'd') {
                done = 1;
                socket.onDrain(this::send);
                send();
            } else {
                done = Math.max(done, 1);
                take(data);
            }
        });
    }

    /** The first byte that counts is behind the one that says which way. */
    private long bytes() {
        return done - 1;
    }

    private void send() {
        boolean goesOn = true;
        while (goesOn && bytes() < total) {
            int count = (int) Math.min(CHUNK_BYTES, total - bytes());
            sum.update(chunk, 0, count);
            goesOn = socket.write(chunk.clone(), 0, count);
            count(count);
        }
        if (bytes() == total) {
            done++;
            tell();
        }
    }

    private void take(ByteBuffer data) {
        int count = data.remaining();
        sum.update(data);
        long before = bytes() / CHUNK_BYTES;
        count(count);
        if (bytes() == total) {
            tell();
        } else if (bytes() / CHUNK_BYTES / 16 != before / 16) {
            // One that reads slowly: a pause for each mebibyte.
            socket.pause();
            loop.setTimeout(PAUSE, socket::resume);
        }
    }

    private void count(int count) {
        done += count;
        if (early == 0 && bytes() > total / 10) {
            early = live();
        }
    }

    private void tell() {
        socket.write("\n%08x %d %d%n".formatted(sum.getValue(), early, live()));
        socket.end();
    }

    /** KiB of what can be reached. */
    private static long live() {
        Runtime runtime = Runtime.getRuntime();
        System.gc();
        return (runtime.totalMemory() - runtime.freeMemory()) >> 10;
    }
}
