package dev.millrace.web.content;

import dev.millrace.files.FileInput;
import dev.millrace.files.FileRange;
import dev.millrace.files.OpenFile;
import dev.millrace.http.ServerResponse;
import dev.millrace.loop.Loop;
import dev.millrace.stream.RegionWriter;
import dev.millrace.stream.StreamPipe;
import dev.millrace.stream.WriteStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Several parts of one file in a body (multipart/byteranges, RFC 9110 section 14.6). */
final class Multipart {
    private final List<ByteRange> parts;
    private final List<byte[]> heads = new ArrayList<>();
    private final byte[] end;
    private final String type;
    private final long length;

    Multipart(long fileLength, String partType, List<ByteRange> parts) {
        this.parts = parts;
        // A file that holds the line by chance is possible, but its length is told beside it.
        String boundary = "%016x".formatted(ThreadLocalRandom.current().nextLong());
        this.type = "multipart/byteranges; boundary=" + boundary;
        this.end = bytes("\r\n--" + boundary + "--\r\n");
        long sum = end.length;
        for (ByteRange part : parts) {
            byte[] head =
                    bytes(
                            "\r\n--%s\r\nContent-Type: %s\r\nContent-Range: %s\r\n\r\n"
                                    .formatted(boundary, partType, part.contentRange(fileLength)));
            heads.add(head);
            sum += head.length + part.length();
        }
        this.length = sum;
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }

    /** On the loop; {@code file} is closed behind the last part. */
    void send(
            Loop loop,
            ServerResponse response,
            OpenFile file,
            Consumer<? super IOException> failed) {
        response.header("Content-Type", type).header("Content-Length", Long.toString(length));
        new Sending(loop, response, file, failed).next();
    }

    /** The parts, one behind the other. */
    private final class Sending {
        private final Loop loop;
        private final ServerResponse response;
        private final OpenFile file;
        private final Consumer<? super IOException> failed;
        private int begun;

        Sending(
                Loop loop,
                ServerResponse response,
                OpenFile file,
                Consumer<? super IOException> failed) {
            this.loop = loop;
            this.response = response;
            this.file = file;
            this.failed = failed;
        }

        void next() {
            if (begun == parts.size()) {
                response.end(end);
                return;
            }
            int number = begun++;
            response.write(heads.get(number));
            ByteRange part = parts.get(number);
            boolean isLast = begun == parts.size();
            FileRange range = new FileRange(part.first(), part.length());
            FileInput.of(loop, isLast ? file : file.share(), range)
                    .onError(failed)
                    .onClose(() -> partClosed(number + 1))
                    .pipelineTo(new PartEnd(response, this::next));
        }

        /** When no part has followed one that is not the last, none will. */
        private void partClosed(int count) {
            if (count == begun && count < parts.size()) {
                FileInput.of(loop, file, FileRange.ALL).destroy();
            }
        }
    }

    /** The response as the destination of a part that is not its last: it ends in the next one. */
    private record PartEnd(ServerResponse response, Runnable next) implements WriteStream {
        @Override
        public boolean write(byte[] array, int offset, int length) {
            return response.write(array, offset, length);
        }

        @Override
        public boolean write(ByteBuffer buffer) {
            return response.write(buffer);
        }

        @Override
        public void end() {
            next.run();
        }

        @Override
        public WriteStream onDrain(Runnable listener) {
            response.onDrain(listener);
            return this;
        }

        @Override
        public @Nullable RegionWriter regions() {
            return response.regions();
        }

        @Override
        public void piped(StreamPipe pipe) {
            response.piped(pipe);
        }

        @Override
        public void destroy() {
            response.destroy();
        }

        @Override
        public void reset() {
            response.reset();
        }
    }
}
