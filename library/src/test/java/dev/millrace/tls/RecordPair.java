package dev.millrace.tls;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;

/** Two record layers with nothing but memory between them. */
final class RecordPair {
    final End client;
    final End server;

    /** How much of what is on its way comes at once. */
    int pieceBytes = Integer.MAX_VALUE;

    RecordPair(RecordLayer client, RecordLayer server) {
        this.client = new End(client);
        this.server = new End(server);
    }

    /** One end, and what has come out of it. */
    static final class End implements RecordLayer.Outlet {
        final RecordLayer layer;
        final ByteArrayOutputStream sent = new ByteArrayOutputStream();
        final ByteArrayOutputStream plain = new ByteArrayOutputStream();
        IOException error;
        int tasks;

        End(RecordLayer layer) {
            this.layer = layer;
        }

        @Override
        public void plain(byte[] array, int offset, int length) {
            plain.write(array, offset, length);
        }

        @Override
        public void records(byte[] array, int offset, int length) {
            sent.write(array, offset, length);
        }

        void attempt(Step step) {
            if (error == null) {
                try {
                    step.run();
                } catch (IOException e) {
                    error = e;
                }
            }
        }

        void begin() {
            attempt(() -> layer.begin(this));
        }

        void receive(byte[] bytes) {
            receive(bytes, 0, bytes.length);
        }

        void receive(byte[] bytes, int offset, int length) {
            attempt(() -> layer.received(bytes, offset, length, this));
        }

        boolean runTask() {
            Runnable task = error == null ? layer.task() : null;
            if (task != null) {
                tasks++;
                task.run();
                attempt(() -> layer.proceed(this));
            }
            return task != null;
        }

        void write(byte[] bytes) {
            byte[] to = new byte[layer.recordMaxBytes()];
            int[] at = {0};
            while (at[0] < bytes.length && error == null) {
                attempt(() -> {
                    RecordLayer.Encrypted made =
                            layer.encrypt(bytes, at[0], bytes.length - at[0], to);
                    at[0] += made.plainBytes();
                    records(to, 0, made.recordBytes());
                });
            }
        }

        void write(String text) {
            write(text.getBytes(StandardCharsets.UTF_8));
        }

        void close() {
            attempt(() -> layer.close(this));
        }

        String text() {
            return plain.toString(StandardCharsets.UTF_8);
        }

        byte[] takeSent() {
            byte[] taken = sent.toByteArray();
            sent.reset();
            return taken;
        }
    }

    interface Step {
        void run() throws IOException;
    }

    RecordPair begin() {
        server.begin();
        client.begin();
        return settle();
    }

    /** Until nothing is on its way and no task is due. */
    RecordPair settle() {
        boolean goesOn = true;
        while (goesOn) {
            goesOn = pass(client, server) | pass(server, client);
            goesOn |= client.runTask() | server.runTask();
        }
        return this;
    }

    private boolean pass(End from, End to) {
        byte[] bytes = from.takeSent();
        for (int at = 0; at < bytes.length; at += Math.min(pieceBytes, bytes.length - at)) {
            to.receive(bytes, at, Math.min(pieceBytes, bytes.length - at));
        }
        return bytes.length > 0;
    }
}
