package dev.millrace.cli;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Objects;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * A file that lines are appended to, by a thread of its own: no loop waits for a disk. What waits
 * is at most 4 MiB; lines beyond are dropped, and their number is told.
 *
 * <p>When the file was renamed or removed, as by a rotation, a new one is begun before the next
 * lines; on SIGHUP at once, so that nothing of the old one is held any more.
 */
final class LogFile {
    private static final int WAITING_MAX_CHARS = 4 << 20;

    private final Path path;
    private final ReentrantLock writing = new ReentrantLock();
    private final StringBuilder waiting = new StringBuilder();
    private FileChannel channel;
    private long dropped;
    private boolean isReopenAsked;

    /** Which file was opened, as the file system tells them apart. */
    private @Nullable Object opened;

    private LogFile(Path path) throws IOException {
        this.path = path;
        this.channel = open();
    }

    static LogFile open(Path path) throws IOException {
        LogFile file = new LogFile(path);
        Thread.ofPlatform().daemon().name("millrace-log").start(file::writeAll);
        Runtime.getRuntime().addShutdownHook(new Thread(file::writeRest));
        Signals.onHangup(file::reopen);
        return file;
    }

    private FileChannel open() throws IOException {
        FileChannel made =
                FileChannel.open(path, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
        opened = key();
        return made;
    }

    /** Any thread. */
    synchronized void add(String line) {
        if (waiting.length() + line.length() > WAITING_MAX_CHARS) {
            dropped++;
            return;
        }
        waiting.append(line);
        notifyAll();
    }

    /** Begins a new file, or goes on with one that is there; soon, without a line as well. */
    synchronized void reopen() {
        isReopenAsked = true;
        notifyAll();
    }

    private void writeAll() {
        while (true) {
            try {
                awaitLines();
            } catch (InterruptedException e) {
                return;
            }
            writeRest();
        }
    }

    private synchronized void awaitLines() throws InterruptedException {
        while (waiting.isEmpty() && !isReopenAsked) {
            wait();
        }
    }

    /** What waits now; a file that takes nothing is told of once for each such piece. */
    private void writeRest() {
        String lines;
        long lost;
        boolean isAsked;
        synchronized (this) {
            lines = waiting.toString();
            waiting.setLength(0);
            lost = dropped;
            dropped = 0;
            isAsked = isReopenAsked;
            isReopenAsked = false;
        }
        if (lost > 0) {
            Console.complain("the log was too slow: " + lost + " lines are lost");
        }
        if (!lines.isEmpty() || isAsked) {
            write(lines, isAsked);
        }
    }

    /** By one thread at a time; while it waits for a disk, lines may be added. */
    private void write(String lines, boolean isReopening) {
        writing.lock();
        try {
            if (isReopening || !isStillThere()) {
                channel.close();
                channel = open();
            }
            ByteBuffer bytes = ByteBuffer.wrap(lines.getBytes(StandardCharsets.ISO_8859_1));
            while (bytes.hasRemaining()) {
                channel.write(bytes);
            }
        } catch (IOException e) {
            Console.complain("can't write " + path + ": " + Console.oneLine(e));
        } finally {
            writing.unlock();
        }
    }

    /** Whether the name still leads to the file that is written. */
    private boolean isStillThere() {
        return channel.isOpen() && Objects.equals(key(), opened);
    }

    private @Nullable Object key() {
        try {
            return Files.readAttributes(path, BasicFileAttributes.class).fileKey();
        } catch (IOException gone) {
            return null;
        }
    }
}
