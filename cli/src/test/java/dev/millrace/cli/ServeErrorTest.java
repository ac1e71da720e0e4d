package dev.millrace.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.files.OpenFile;
import dev.millrace.files.PathName;
import dev.millrace.http.HttpHandler;
import dev.millrace.loop.Loop;
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

/** {@code millrace serve} when an {@code Error} is thrown where it asks the file system. */
@Timeout(60)
class ServeErrorTest {
    private static final long LARGE = 2L * FileAnswer.READ_MAX_BYTES;

    private final List<BreakingFile> opened = new CopyOnWriteArrayList<>();

    /** What the JVM throws when it has no memory, or can't load a class. */
    private static LinkageError broken() {
        return new LinkageError("broken");
    }

    private Found find(Site site, byte[] path) throws IOException {
        return switch (ByteText.of(path)) {
            case "/error" -> throw broken();
            case "/small" -> document(0, 1);
            case "/at-once" -> document(0, LARGE);
            case "/later" -> document(1, LARGE);
            default -> site.find(path);
        };
    }

    private Found.Document document(int goodReads, long length) throws IOException {
        BreakingFile file = new BreakingFile(goodReads);
        opened.add(file);
        return new Found.Document("f", length, Instant.EPOCH, OpenFile.of(file));
    }

    @Test
    void itIsAnsweredAndTheServerGoesOn(@TempDir Path folder) throws Exception {
        Files.writeString(folder.resolve("good"), "good");
        Site files = new Site(PathName.of(folder.toRealPath()));
        try (ServedSite site = new ServedSite(path -> find(files, path))) {
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
        Site files = new Site(PathName.of(folder.toRealPath()));
        try (ServedSite site = new ServedSite(path -> find(files, path))) {
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
                                new Body(loop, Thread::startVirtualThread, new BreakingPieces())
                                        .send(response);
        try (ServedSite site = ServedSite.of(page)) {
            ServedSite.Answer answer = site.ask("GET /");
            assertThat(answer.status()).isEqualTo(200);
            assertThat(answer.text()).contains("first").doesNotEndWith("0\r\n\r\n");
        }
    }

    private static final class BreakingPieces implements Body.Pieces {
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
