package dev.millrace.files;

import dev.millrace.kernel.SystemError;
import dev.millrace.sys.Errno;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.jspecify.annotations.Nullable;

/**
 * A file that is written, as its thread sees it, which is another one at each step; between two
 * steps the loop looks at it.
 */
final class FileTarget {
    private final FileLane lane;
    private final Path path;
    private final FileOutputOptions options;
    private FileOpening.@Nullable Opened opened;

    /** Where the next byte goes; where it is appended, if no other process does. */
    private long position;

    /** How many bytes the kernel has taken. */
    private long written;

    FileTarget(FileLane lane, Path path, FileOutputOptions options) {
        this.lane = lane;
        this.path = path;
        this.options = options;
        this.position = options.start();
    }

    private boolean isAppending() {
        return options.existing() == FileOutputOptions.Existing.APPEND;
    }

    long position() {
        return position;
    }

    long written() {
        return written;
    }

    /** The first step. */
    long open() throws IOException {
        try {
            FileOpening.Opened file = FileOpening.toWrite(path, options);
            opened = file;
            lane.opened(file.channel());
            if (isAppending()) {
                position = file.channel().size();
            }
            return 0;
        } catch (IOException e) {
            throw told(e, "open");
        }
    }

    private FileOpening.Opened opened() {
        if (opened == null) {
            throw new IllegalStateException("the file is not open");
        }
        return opened;
    }

    /** A step: all of {@code piece}, unless the file is given up meanwhile. */
    long write(ByteBuffer piece) throws IOException {
        int end = piece.limit();
        try {
            while (piece.position() < end && !lane.isClosing()) {
                piece.limit(Math.min(end, piece.position() + FileQueue.PIECE_BYTES));
                FileChannel channel = opened().channel();
                int count = isAppending() ? channel.write(piece) : channel.write(piece, position);
                position += count;
                written += count;
            }
            return 0;
        } catch (IOException e) {
            throw told(e, "write");
        }
    }

    /** The last step: what was written is where it was to be, or this fails. */
    long finish() throws IOException {
        if (options.syncAtEnd()) {
            try {
                opened().channel().force(true);
                syncName();
            } catch (IOException e) {
                throw told(e, "fsync");
            }
        }
        try {
            lane.closeFile();
        } catch (IOException e) {
            throw told(e, "close");
        }
        return 0;
    }

    /** The name of a new file is a change of its folder. Not every system opens a folder. */
    private void syncName() throws IOException {
        Path made = opened().made();
        Path folder = made == null ? null : made.toAbsolutePath().getParent();
        if (folder == null || !Files.isReadable(folder)) {
            return;
        }
        FileChannel channel;
        try {
            channel = FileChannel.open(folder, StandardOpenOption.READ);
        } catch (IOException refused) {
            return;
        }
        try (channel) {
            channel.force(true);
        }
    }

    private IOException told(IOException thrown, String syscall) {
        return SystemError.of(thrown, syscall, Errno.EIO, path);
    }
}
