package dev.millrace.web;

import dev.millrace.files.FileOutput;
import dev.millrace.files.FileOutputOptions;
import dev.millrace.http.ServerRequest.RefusedException;
import dev.millrace.loop.LoopStage;
import dev.millrace.stream.InboundStream;
import dev.millrace.stream.Listeners;
import dev.millrace.stream.ReadSide;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One part of a form: a field, or a file, as a stream with back-pressure down to the socket. It
 * comes from {@link Multipart#read}, and belongs to the loop's thread.
 *
 * {@snippet class="dev.millrace.web.FormExamplesTest" region="part"}
 *
 * <p>{@link #onEnd} means that the part is complete. When the form breaks off, is malformed or too
 * long, {@link #onError} is told, and no end.
 */
public final class FormPart extends InboundStream<FormPart> {
    private final MultipartReader<?> reader;
    private final PartHead head;
    private final ReadSide read;
    private @Nullable Consumer<? super IOException> errorListener;
    private @Nullable Runnable closeListener;
    private boolean isOver;

    FormPart(MultipartReader<?> reader, PartHead head) {
        this.reader = reader;
        this.head = head;
        this.read = ReadSide.started(new FromForm());
    }

    /** The name of the form's field; several parts may have the same. Any thread. */
    public String name() {
        return head.name();
    }

    /** Whether the client calls it a file. Any thread. */
    public boolean isFile() {
        return head.fileName() != null;
    }

    /**
     * The name of the file as one that can lie in any folder: without folders, control characters
     * and what some system can't have in a name, not hidden, at most 255 bytes, and never empty.
     * Different names may become the same. Any thread.
     */
    public Optional<String> fileName() {
        return rawFileName().map(SafeFileName::of);
    }

    /** The name of the file as the client has sent it: never use it as a path. Any thread. */
    public Optional<String> rawFileName() {
        return Optional.ofNullable(head.fileName());
    }

    /** What the client says is in it. Any thread. */
    public Optional<String> contentType() {
        return header("Content-Type");
    }

    /** The value of the field {@code name} of the part's head. Any thread. */
    public Optional<String> header(String name) {
        return Optional.ofNullable(head.fields().get(name.toLowerCase(Locale.ROOT)));
    }

    /**
     * The whole part. The stage ends with a {@link RefusedException}, with the status 413, when it
     * is longer than {@code maxBytes}.
     *
     * @throws IllegalArgumentException if {@code maxBytes} is negative
     */
    public CompletionStage<byte[]> body(int maxBytes) {
        if (maxBytes < 0) {
            throw new IllegalArgumentException("a limit of " + maxBytes + " bytes");
        }
        reader.loop().checkThread();
        LoopStage<byte[]> stage = new LoopStage<>(reader.loop());
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        onBytes(
                        (array, offset, length) -> {
                            if (length > maxBytes - bytes.size()) {
                                stage.completeExceptionally(tooLong(maxBytes));
                                destroy();
                            } else {
                                bytes.write(array, offset, length);
                            }
                            return length;
                        })
                .onEnd(() -> stage.complete(bytes.toByteArray()))
                .onError(stage::completeExceptionally)
                .onClose(() ->
                        stage.completeExceptionally(new IOException("the part was given up")));
        return stage;
    }

    RefusedException tooLong(long maxBytes) {
        return new RefusedException(
                413, "the part " + name() + " of the form is longer than " + maxBytes + " bytes");
    }

    /** As {@link #body(int)}, read as UTF-8. */
    public CompletionStage<String> text(int maxBytes) {
        return body(maxBytes).thenApply(bytes -> new String(bytes, StandardCharsets.UTF_8));
    }

    /**
     * Writes it to {@code file}, in place of what is there, and tells how many bytes that were. A
     * file that does not get the whole part is deleted before the stage fails.
     *
     * {@snippet class="dev.millrace.web.FormExamplesTest" region="upload"}
     */
    public CompletionStage<Long> saveTo(Path file) {
        return saveTo(file, FileOutputOptions.DEFAULTS);
    }

    /** As the other {@code saveTo}, the way {@code options} say. */
    public CompletionStage<Long> saveTo(Path file, FileOutputOptions options) {
        FileOutput output = FileOutput.create(reader.loop(), file, options);
        return PartFile.save(this, reader.loop(), file, output);
    }

    @Override
    public FormPart onError(Consumer<? super IOException> listener) {
        reader.loop().checkThread();
        errorListener = Listeners.and(errorListener, listener);
        return this;
    }

    @Override
    public FormPart onClose(Runnable listener) {
        reader.loop().checkThread();
        closeListener = Listeners.and(closeListener, listener);
        if (isOver) {
            reader.soon(listener);
        }
        return this;
    }

    /** Gives the rest of the part up; the form goes on behind it. */
    @Override
    public void destroy() {
        reader.loop().checkThread();
        over(null);
    }

    /** {@code error}: why it is not complete; null if it is, or nothing wants the rest. */
    void over(@Nullable IOException error) {
        if (isOver) {
            return;
        }
        isOver = true;
        boolean isCut = !read.isEnded();
        read.destroy();
        if (error != null && isCut && errorListener != null) {
            errorListener.accept(error);
        }
        if (closeListener != null) {
            closeListener.run();
        }
        reader.release(this);
    }

    void deliver(byte[] array, int offset, int length) {
        if (!isOver) {
            read.deliver(array, offset, length);
        }
    }

    /** All of it has arrived. */
    void end() {
        if (!isOver) {
            read.end();
        }
    }

    @Override
    protected ReadSide readSide() {
        reader.loop().checkThread();
        return read;
    }

    @Override
    protected FormPart self() {
        return this;
    }

    /** {@code FormPart[photo, file cat.jpg]}. Any thread. */
    @Override
    public String toString() {
        return "FormPart[" + name() + fileName().map(file -> ", file " + file).orElse("") + "]";
    }

    /** What the read side asks of the form. */
    private final class FromForm implements ReadSide.Source {
        @Override
        public void startReading() {
            reader.release(FormPart.this);
        }

        @Override
        public void stopReading() {
            reader.hold(FormPart.this);
        }

        @Override
        public void soon(Runnable task) {
            reader.soon(task);
        }

        @Override
        public void endTold() {}

        @Override
        public void fail(IOException error) {
            reader.fail(error);
        }
    }
}
