package dev.millrace.files;

import dev.millrace.http.HttpServer;
import dev.millrace.loop.Loop;
import java.nio.file.Path;

/** The examples of this package's streams: the build compiles them. */
final class FileStreamSnippets {
    private FileStreamSnippets() {}

    static void download(Loop loop, Path path) {
        // @start region="download"
        HttpServer.create(
                loop,
                (request, response) -> {
                    FileInput file = FileInput.open(loop, path);
                    file.onOpen(() ->
                            file.length()
                                    .ifPresent(length ->
                                            response.header(
                                                    "Content-Length", Long.toString(length))));
                    file.onError(error -> response.fail(404, error)); // or cuts what has begun
                    file.pipelineTo(response);
                });
        // @end
    }

    static void range(Loop loop, Path path) {
        // @start region="range"
        FileInput header = FileInput.open(loop, path, new FileRange(0, 512));
        header.onData(bytes -> System.out.println(bytes.remaining() + " bytes"));
        // @end
    }

    static void upload(Loop loop, Path path) {
        // @start region="upload"
        HttpServer.create(
                loop,
                (request, response) -> {
                    FileOutput file = request.pipelineTo(FileOutput.create(loop, path));
                    file.onFinish(() -> response.status(201).end("stored\n"));
                    file.onError(error -> response.fail(507, error));
                });
        // @end
    }

    static void options(Loop loop, Path log) {
        // @start region="options"
        FileOutputOptions appending =
                FileOutputOptions.DEFAULTS
                        .withExisting(FileOutputOptions.Existing.APPEND)
                        .withMode(0640)
                        .withSyncAtEnd(true);
        FileOutput output = FileOutput.create(loop, log, appending);
        output.end("a line that is on the disk when this is finished\n");
        // @end
    }
}
