package dev.millrace.web;

import dev.millrace.files.FileOutput;
import dev.millrace.loop.Loop;
import dev.millrace.loop.LoopStage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** A part of a form on its way to a file, which is deleted again unless all of it gets there. */
final class PartFile {
    private final FormPart part;
    private final FileOutput output;
    private final Loop loop;
    private final Path path;
    private final LoopStage<Long> saved;

    /** Why it gets no further; the first reason is the one. */
    private @Nullable IOException failure;

    /** The file is ours: one that could not be opened may be another's. */
    private boolean isOpen;

    /** The part is over, complete or not. */
    private boolean isPartOver;

    private PartFile(FormPart part, Loop loop, Path path, FileOutput output) {
        this.part = part;
        this.output = output;
        this.loop = loop;
        this.path = path;
        this.saved = new LoopStage<>(loop);
    }

    static LoopStage<Long> save(FormPart part, Loop loop, Path path, FileOutput output) {
        PartFile file = new PartFile(part, loop, path, output);
        part.onError(file::failed).onClose(() -> file.isPartOver = true);
        output.onOpen(file::opened)
                .onError(file::failed)
                .onFinish(() -> file.saved.complete(output.bytesWritten()))
                .onClose(file::closed);
        return file.saved;
    }

    /** Not before: a file that is given up while it is opened is there, and nothing tells so. */
    private void opened() {
        isOpen = true;
        if (isPartOver) {
            output.destroy();
        } else {
            part.pipelineTo(output);
        }
    }

    private void failed(IOException error) {
        failure = failure == null ? error : failure;
    }

    private void closed() {
        if (saved.isDone()) {
            return;
        }
        IOException why = failure == null ? new IOException("the part was given up") : failure;
        part.destroy();
        if (isOpen) {
            loop.offload(() -> Files.deleteIfExists(path))
                    .handle((_, remains) -> {
                        if (remains != null) {
                            why.addSuppressed(remains);
                        }
                        return saved.completeExceptionally(why);
                    });
        } else {
            saved.completeExceptionally(why);
        }
    }
}
