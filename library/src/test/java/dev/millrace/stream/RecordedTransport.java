package dev.millrace.stream;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** A transport that writes down what it is told, and what its user gets, as text. */
final class RecordedTransport implements FilteredTransport.Raw {
    final List<String> lines = new ArrayList<>();
    final StringBuilder wire = new StringBuilder();
    final StringBuilder read = new StringBuilder();
    final ArrayDeque<Runnable> tasks = new ArrayDeque<>();
    long queued;
    boolean isReading;
    int releases;
    FilteredTransport filtered;

    FilteredTransport with(Filter filter) {
        filtered = new FilteredTransport(filter, this, WriteLimit.DEFAULTS, true);
        filtered.attach();
        return filtered;
    }

    static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }

    void receive(String text) {
        receive(bytes(text));
    }

    void receive(byte[] bytes) {
        filtered.received(bytes, 0, bytes.length);
    }

    void write(String text) {
        filtered.write(
                bytes(text),
                0,
                text.length(),
                true,
                error -> lines.add("written " + text + " " + error));
    }

    void runTasks() {
        while (!tasks.isEmpty()) {
            tasks.remove().run();
        }
    }

    private static String text(byte[] array, int offset, int length) {
        return new String(array, offset, length, StandardCharsets.ISO_8859_1);
    }

    @Override
    public void deliver(byte[] array, int offset, int length) {
        read.append(text(array, offset, length));
    }

    @Override
    public void deliverEnd() {
        read.append('$');
    }

    @Override
    public void send(
            byte[] array,
            int offset,
            int length,
            @Nullable Consumer<? super @Nullable IOException> callback) {
        wire.append(text(array, offset, length));
        if (callback != null) {
            tasks.add(() -> callback.accept(null));
        }
    }

    @Override
    public void sendEnd() {
        wire.append('$');
    }

    @Override
    public long queuedBytes() {
        return queued;
    }

    @Override
    public void startReading() {
        isReading = true;
    }

    @Override
    public void stopReading() {
        isReading = false;
    }

    @Override
    public void ready() {
        lines.add("ready");
    }

    @Override
    public void released() {
        releases++;
    }

    @Override
    public void fail(IOException error) {
        lines.add("failed: " + error.getMessage());
        filtered.over();
    }

    @Override
    public void soon(Runnable task) {
        tasks.add(task);
    }
}
