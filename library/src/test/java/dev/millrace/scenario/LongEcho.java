package dev.millrace.scenario;

import dev.millrace.kernel.IpAddress;
import dev.millrace.kernel.KernelOption;
import dev.millrace.kernel.ListenOptions;
import dev.millrace.loop.ListenHandle;
import dev.millrace.loop.Loop;
import dev.millrace.loop.Request;
import dev.millrace.loop.StreamEvents;
import dev.millrace.loop.StreamHandle;
import java.io.IOException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.HexFormat;
import java.util.SplittableRandom;

/**
 * A program for the fault tests: {@code server BUFFER} echoes one connection, {@code client BUFFER
 * PORT BYTES} sends so much through it and prints the digest of what left and of what came back,
 * {@code timer MILLIS} prints how long a timer took. BUFFER is SO_SNDBUF and SO_RCVBUF in bytes, 0
 * for the kernel's own choice. The loop's layer, as libuv's users would write it, because it has
 * the socket options.
 */
final class LongEcho {
    private static final int BLOCK_BYTES = 64 * 1024;
    private static final int QUEUE_MAX_BYTES = 4 * BLOCK_BYTES;

    private LongEcho() {}

    /**
     * The loop has a thread of its own, because strace counts by thread and the main one has made
     * calls before.
     */
    public static void main(String[] arguments) {
        Thread.ofPlatform().start(() -> run(arguments));
    }

    private static void run(String[] arguments) {
        switch (arguments[0]) {
            case "server" -> Loop.run(loop -> server(loop, number(arguments[1])));
            case "client" ->
                    Loop.run(loop ->
                            client(
                                    loop,
                                    number(arguments[1]),
                                    number(arguments[2]),
                                    number(arguments[3])));
            case "timer" -> Loop.run(loop -> timer(loop, number(arguments[1])));
            default -> throw new IllegalArgumentException(arguments[0]);
        }
    }

    private static int number(String text) {
        return Integer.parseInt(text);
    }

    private static void say(String line) {
        System.out.println(line);
    }

    private static void small(StreamHandle stream, int bufferBytes) {
        if (bufferBytes > 0) {
            stream.option(KernelOption.SEND_BUFFER_BYTES, bufferBytes);
            stream.option(KernelOption.RECEIVE_BUFFER_BYTES, bufferBytes);
        }
    }

    private static void timer(Loop loop, int millis) {
        long from = System.nanoTime();
        loop.setTimeout(
                Duration.ofMillis(millis),
                () -> say("took " + Duration.ofNanos(System.nanoTime() - from).toMillis()));
    }

    private static void server(Loop loop, int bufferBytes) {
        ListenHandle listener = new ListenHandle(loop, ListenOptions.DEFAULTS);
        try {
            listener.bind(IpAddress.loopback(0));
            listener.listen(stream -> {
                listener.close();
                small(stream, bufferBytes);
                stream.owner(new Echo(stream));
                stream.readStart();
            });
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
        say(Integer.toString(((IpAddress) listener.localAddress()).port()));
    }

    /** What both ends do alike: any error is said aloud, and ends the stream. */
    private abstract static class End implements StreamEvents {
        final StreamHandle stream;

        End(StreamHandle stream) {
            this.stream = stream;
        }

        void end() {
            stream.shutdown(
                    new Request(error -> {
                        if (error != null) {
                            onError(error);
                        }
                    }));
        }

        @Override
        public void onError(IOException error) {
            say("error " + error.getMessage());
            stream.close();
        }

        @Override
        public void onThrown(Throwable thrown) {
            throw new AssertionError(thrown);
        }
    }

    private static final class Echo extends End {
        Echo(StreamHandle stream) {
            super(stream);
        }

        @Override
        public void onRead(byte[] array, int offset, int length) {
            stream.write(array, offset, length, null);
            if (stream.queuedBytes() > QUEUE_MAX_BYTES) {
                stream.readStop();
                stream.notifyDrained();
            }
        }

        @Override
        public void onDrained() {
            stream.readStart();
        }

        @Override
        public void onEnd() {
            end();
        }
    }

    private static void client(Loop loop, int bufferBytes, int port, int bytes) {
        Client[] client = new Client[1];
        StreamHandle stream = new StreamHandle(loop, new Later(client));
        client[0] = new Client(stream, bytes);
        small(stream, bufferBytes);
        stream.connect(
                IpAddress.loopback(port),
                new Request(error -> {
                    if (error != null) {
                        client[0].onError(error);
                    } else {
                        client[0].send();
                    }
                }));
        stream.readStart();
    }

    /** Passes on to a client that needs its stream first. */
    private record Later(Client[] client) implements StreamEvents {
        @Override
        public void onRead(byte[] array, int offset, int length) {
            client[0].onRead(array, offset, length);
        }

        @Override
        public void onEnd() {
            client[0].onEnd();
        }

        @Override
        public void onError(IOException error) {
            client[0].onError(error);
        }

        @Override
        public void onDrained() {
            client[0].send();
        }

        @Override
        public void onThrown(Throwable thrown) {
            client[0].onThrown(thrown);
        }
    }

    private static final class Client extends End {
        private final MessageDigest sent = sha256();
        private final MessageDigest received = sha256();
        private final SplittableRandom random = new SplittableRandom(8);
        private final byte[] block = new byte[BLOCK_BYTES];
        private int left;

        Client(StreamHandle stream, int bytes) {
            super(stream);
            this.left = bytes;
        }

        void send() {
            while (left > 0 && stream.queuedBytes() <= QUEUE_MAX_BYTES) {
                // Of every size, so that the borders of write and send never agree for long.
                int size = Math.min(left, 1 + random.nextInt(BLOCK_BYTES));
                random.nextBytes(block);
                sent.update(block, 0, size);
                stream.write(block, 0, size, null);
                left -= size;
            }
            if (left > 0) {
                stream.notifyDrained();
            } else {
                end();
            }
        }

        @Override
        public void onRead(byte[] array, int offset, int length) {
            received.update(array, offset, length);
        }

        @Override
        public void onEnd() {
            say("bytes " + stream.bytesRead());
            say("sent " + HexFormat.of().formatHex(sent.digest()));
            say("received " + HexFormat.of().formatHex(received.digest()));
            stream.close();
        }
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
