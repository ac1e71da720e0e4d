package dev.millrace.web;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.files.OpenFile;
import dev.millrace.http.HttpHandler;
import dev.millrace.http.ServerRequest;
import dev.millrace.http.ServerResponse;
import dev.millrace.loop.Loop;
import dev.millrace.web.content.Document;
import dev.millrace.web.content.FileReply;
import dev.millrace.web.content.FileService;
import dev.millrace.web.content.MediaTypes;
import dev.millrace.web.content.PageBody;
import dev.millrace.web.content.ReplyFields;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A folder that is served when an {@code Error} is thrown where the file system is asked. */
@Timeout(60)
class FileFailureTest {
    private static final long LARGE = 2L * FileReply.READ_MAX_BYTES;

    private final List<BreakingFile> opened = new CopyOnWriteArrayList<>();

    /** What the JVM throws when it has no memory, or can't load a class. */
    private static LinkageError broken() {
        return new LinkageError("broken");
    }

    /** Files that break, beside those of a folder. */
    private HttpHandler site(Loop loop, Path folder) {
        StaticFiles files = StaticFiles.of(loop, folder);
        FileService service = new FileService(loop, 0, (request, failure) -> {});
        return (request, response) -> {
            switch (request.rawPath()) {
                case "/error" -> service.run(response, () -> broke());
                case "/small" -> send(service, response, document(0, 1));
                case "/at-once" -> send(service, response, document(0, LARGE));
                case "/later" -> send(service, response, document(1, LARGE));
                default -> files.handle(request, response);
            }
        };
    }

    private static Runnable broke() {
        throw broken();
    }

    private static void send(FileService service, ServerResponse response, Document document) {
        ServerRequest request = response.request();
        service.run(
                response,
                () -> service.prepare("", request, response, document, ReplyFields.NONE, 0));
    }

    private Document document(int goodReads, long length) throws IOException {
        BreakingFile file = new BreakingFile(goodReads);
        opened.add(file);
        return new Document(
                MediaTypes.UNKNOWN, "", false, length, Instant.EPOCH, OpenFile.of(file));
    }

    @Test
    void itIsAnsweredAndTheServerGoesOn(@TempDir Path folder) throws Exception {
        Files.writeString(folder.resolve("good"), "good");
        try (ServedSite site = ServedSite.of(loop -> site(loop, folder))) {
            // More often than there are threads.
            for (int count = 0; count < 8; count++) {
                for (String path : List.of("/error", "/small", "/at-once")) {
                    ServedSite.Answer answer = site.ask("GET " + path);
                    assertThat(answer.status()).as(path).isEqualTo(500);
                    assertThat(answer.text()).startsWith("500 ").doesNotContain("broken");
                }
                assertThat(site.ask("GET /good").text()).isEqualTo("good");
            }
        }
        assertThat(opened).hasSize(16).allMatch(file -> !file.isOpen());
    }

    /** The head has promised more: the connection breaks off, so it can't be taken for whole. */
    @Test
    void anAnswerUnderWayBreaksOff(@TempDir Path folder) throws Exception {
        try (ServedSite site = ServedSite.of(loop -> site(loop, folder))) {
            for (int count = 0; count < 8; count++) {
                ServedSite.Answer answer = site.ask("GET /later");
                assertThat(answer.status()).isEqualTo(200);
                assertThat(answer.text().length()).isLessThan((int) LARGE);
            }
            assertThat(site.ask("GET /none").status()).isEqualTo(404);
        }
    }

    /** A page is made piece by piece; what it promised by chunks is never ended. */
    @Test
    void aPageUnderWayBreaksOff() throws Exception {
        Function<Loop, HttpHandler> page =
                loop ->
                        (request, response) ->
                                new PageBody(
                                                loop,
                                                Thread::startVirtualThread,
                                                new BreakingPieces(),
                                                failure -> {})
                                        .send(response);
        try (ServedSite site = ServedSite.of(page)) {
            ServedSite.Answer answer = site.ask("GET /");
            assertThat(answer.status()).isEqualTo(200);
            assertThat(answer.text()).contains("first").doesNotEndWith("0\r\n\r\n");
        }
    }

    private static final class BreakingPieces implements PageBody.Pieces {
        private boolean isFirst = true;

        @Override
        public byte[] next() {
            if (!isFirst) {
                throw broken();
            }
            isFirst = false;
            return "first".getBytes(StandardCharsets.UTF_8);
        }

        @Override
        public boolean isOver() {
            return false;
        }
    }

    /** A file of zeros that breaks after some reads. */
    private static final class BreakingFile extends FileChannel {
        private int goodReads;

        BreakingFile(int goodReads) {
            this.goodReads = goodReads;
        }

        @Override
        public int read(ByteBuffer into, long position) {
            if (goodReads-- <= 0) {
                throw broken();
            }
            int count = into.remaining();
            into.position(into.limit());
            return count;
        }

        @Override
        public int read(ByteBuffer into) {
            throw broken();
        }

        @Override
        public long read(ByteBuffer[] into, int offset, int length) {
            throw broken();
        }

        @Override
        public int write(ByteBuffer from) {
            throw broken();
        }

        @Override
        public long write(ByteBuffer[] from, int offset, int length) {
            throw broken();
        }

        @Override
        public int write(ByteBuffer from, long position) {
            throw broken();
        }

        @Override
        public long position() {
            throw broken();
        }

        @Override
        public FileChannel position(long position) {
            throw broken();
        }

        @Override
        public long size() {
            return LARGE;
        }

        @Override
        public FileChannel truncate(long size) {
            throw broken();
        }

        @Override
        public void force(boolean withMetadata) {
            throw broken();
        }

        @Override
        public long transferTo(long position, long count, WritableByteChannel target) {
            throw broken();
        }

        @Override
        public long transferFrom(ReadableByteChannel source, long position, long count) {
            throw broken();
        }

        @Override
        public MappedByteBuffer map(MapMode mode, long position, long size) {
            throw broken();
        }

        @Override
        public FileLock lock(long position, long size, boolean isShared) {
            throw broken();
        }

        @Override
        public FileLock tryLock(long position, long size, boolean isShared) {
            throw broken();
        }

        @Override
        protected void implCloseChannel() {}
    }
}
