package dev.millrace.files;

import dev.millrace.kernel.SystemError;
import dev.millrace.sys.PathPin;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Instant;

/** A file that a descriptor keeps. */
final class PinnedFile implements FoundFile {
    /** What the kernel puts behind the path of a file that has lost its name. */
    private static final String DELETED = " (deleted)";

    /** A name may be given to another file once more, and to one that is called so. */
    private static final int TRIES = 3;

    private final PathPin pin;
    private final BasicFileAttributes attributes;
    private final PathName location;

    private PinnedFile(PathPin pin) throws IOException {
        this.pin = pin;
        this.attributes = Files.readAttributes(pin.path(), BasicFileAttributes.class);
        this.location = PathName.of(Files.readSymbolicLink(pin.path()));
    }

    static PinnedFile find(PathName name) throws IOException {
        for (int left = TRIES; ; left--) {
            PinnedFile found = pin(name);
            if (left == 1 || !found.location.toString().endsWith(DELETED)) {
                return found;
            }
            found.close();
        }
    }

    private static PinnedFile pin(PathName name) throws IOException {
        PathPin pin = PathPin.open(name.array());
        if (pin.errno() != 0) {
            throw SystemError.of(pin.errno(), "open");
        }
        try {
            return new PinnedFile(pin);
        } catch (Throwable failure) {
            pin.close();
            throw failure;
        }
    }

    @Override
    public boolean isFile() {
        return attributes.isRegularFile();
    }

    @Override
    public boolean isFolder() {
        return attributes.isDirectory();
    }

    @Override
    public long length() {
        return attributes.size();
    }

    @Override
    public Instant modified() {
        return attributes.lastModifiedTime().toInstant();
    }

    @Override
    public PathName location() {
        return location;
    }

    @Override
    public FileChannel channel() throws IOException {
        return FileChannel.open(pin.path(), StandardOpenOption.READ);
    }

    @Override
    public DirectoryStream<Path> stream() throws IOException {
        return Files.newDirectoryStream(pin.path());
    }

    @Override
    public void close() {
        pin.close();
    }
}
