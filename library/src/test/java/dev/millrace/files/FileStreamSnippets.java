package dev.millrace.files;

import dev.millrace.http.HttpServer;
import dev.millrace.loop.Loop;
import dev.millrace.net.NetSocket;
import dev.millrace.stream.Region;
import dev.millrace.stream.RegionWriter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.concurrent.Executor;

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

    static void region(NetSocket socket, OpenFile file, Executor threads) {
        // @start region="region"
        RegionWriter writer = socket.regions();
        Region header = file.region(0, 512).orElse(null);
        boolean isTaken =
                writer != null
                        && header != null
                        && writer.write(header, error -> threads.execute(() -> close(file)));
        if (!isTaken) {
            // Read the bytes off the loop, and write them.
            threads.execute(() -> {
                byte[] bytes = read(file, 512);
                socket.loop().execute(() -> socket.write(bytes));
            });
        }
        // @end
    }

    private static byte[] read(OpenFile file, int length) {
        byte[] bytes = new byte[length];
        try {
            return Arrays.copyOf(bytes, Math.max(0, file.read(bytes, 0, length, 0)));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void close(OpenFile file) {
        try {
            file.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
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
