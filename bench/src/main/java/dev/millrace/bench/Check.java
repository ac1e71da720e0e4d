package dev.millrace.bench;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Asks a server a few questions before it is timed: a fast wrong answer is no result. */
final class Check {

    private static final int[] ECHO_SIZES = {1, 64, 16_384, 300_000};
    private static final int PIPELINED = 5;
    private static final long PATIENCE_SECONDS = 15;

    private Check() {}

    /** Returns the length of one whole HTTP answer on the wire, 0 for echo. */
    static int answers(ServerProcess server, Workload workload, Service service)
            throws LeftOut, IOException, InterruptedException {
        try (SocketChannel channel = server.at().connect()) {
            return bounded(
                    server.name(),
                    () ->
                            switch (service) {
                                case ECHO -> echo(channel);
                                case HTTP -> http(channel, workload == Workload.CHURN);
                                case POST -> post(channel);
                                case FILE -> file(channel);
                            });
        }
    }

    private static int bounded(String name, Callable<Integer> questions)
            throws LeftOut, InterruptedException {
        FutureTask<Integer> task = new FutureTask<>(questions);
        Thread.ofPlatform().daemon().start(task);
        try {
            return task.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
        } catch (ExecutionException wrong) {
            throw new LeftOut(name + ": wrong answer: " + wrong.getCause().getMessage());
        } catch (TimeoutException silent) {
            throw new LeftOut(name + ": no answer within " + PATIENCE_SECONDS + " s");
        }
    }

    private static int echo(SocketChannel channel) throws IOException {
        InputStream in = Channels.newInputStream(channel);
        for (int size : ECHO_SIZES) {
            byte[] sent = randomBytes(size);
            sendBeside(channel, sent);
            byte[] back = in.readNBytes(size);
            if (!Arrays.equals(sent, back)) {
                throw new IOException("an echo of " + size + " bytes differs");
            }
        }
        return 0;
    }

    private static int http(SocketChannel channel, boolean close) throws IOException {
        BufferedInputStream in = new BufferedInputStream(Channels.newInputStream(channel));
        int count = close ? 1 : PIPELINED;
        byte[] request = close ? Requests.getAndClose() : Requests.get();
        for (int i = 0; i < count; i++) {
            channel.write(ByteBuffer.wrap(request));
        }
        int length = 0;
        for (int i = 0; i < count; i++) {
            Answer answer = Answer.read(in);
            String type = answer.headers().getOrDefault("Content-Type", "");
            if (answer.status() != 200 || !type.startsWith("text/plain")) {
                throw new IOException(answer.status() + " " + answer.headers());
            }
            if (!Arrays.equals(answer.body(), Requests.greeting())) {
                throw new IOException("the body is not \"Hello, World!\"");
            }
            length = answer.lengthBytes();
        }
        if (close && in.read() >= 0) {
            throw new IOException("the connection stayed open behind Connection: close");
        }
        return length;
    }

    private static int post(SocketChannel channel) throws IOException {
        BufferedInputStream in = new BufferedInputStream(Channels.newInputStream(channel));
        int length = 0;
        for (int size : new int[] {1, 100_000, Requests.BODY_BYTES}) {
            byte[] body = size == Requests.BODY_BYTES ? Requests.body() : randomBytes(size);
            sendBeside(channel, Requests.post(body));
            Answer answer = Answer.read(in);
            if (answer.status() != 200 || !Arrays.equals(answer.body(), body)) {
                throw new IOException(answer.status() + " to a POST of " + size + " bytes");
            }
            length = answer.lengthBytes();
        }
        return length;
    }

    private static int file(SocketChannel channel) throws IOException {
        BufferedInputStream in = new BufferedInputStream(Channels.newInputStream(channel));
        channel.write(ByteBuffer.wrap(Requests.getFile()));
        Answer answer = Answer.read(in);
        if (answer.status() != 200 || !Arrays.equals(answer.body(), Requests.fileContent())) {
            throw new IOException(answer.status() + ", or the file differs");
        }
        return answer.lengthBytes();
    }

    /**
     * Sends on a thread of its own: a server that echoes may want to be read before it reads on.
     */
    private static void sendBeside(SocketChannel channel, byte[] bytes) {
        ByteBuffer buffer = ByteBuffer.wrap(bytes);
        Thread.ofVirtual()
                .start(() -> {
                    try {
                        while (buffer.hasRemaining()) {
                            channel.write(buffer);
                        }
                    } catch (IOException failed) {
                        // The reader will miss the bytes and say so.
                    }
                });
    }

    private static byte[] randomBytes(int size) {
        byte[] bytes = new byte[size];
        new SplittableRandom(size).nextBytes(bytes);
        return bytes;
    }
}
