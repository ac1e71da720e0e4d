package dev.millrace.files;

import dev.millrace.kernel.SystemError;
import dev.millrace.sys.PathPin;
import dev.millrace.sys.ReadableFile;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Set;

/** A file that a descriptor keeps. */
final class PinnedFile extends FoundFile {
    /** What the kernel puts behind the path of a file that has lost its name. */
    private static final String DELETED = " (deleted)";

    /** A name may be given to another file once more, and to one that is called so. */
    private static final int TRIES = 3;

    private final PathPin pin;

    private PinnedFile(PathPin pin) throws IOException {
        super(
                Files.readAttributes(pin.path(), BasicFileAttributes.class),
                PathName.of(Files.readSymbolicLink(pin.path())));
        this.pin = pin;
    }

    static PinnedFile named(PathName name) throws IOException {
        for (int left = TRIES; ; left--) {
            PinnedFile found = pin(name);
            if (left == 1 || !found.location().toString().endsWith(DELETED)) {
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
    OpenFile toRead() throws IOException {
        ReadableFile file = ReadableFile.open(pin);
        if (file.errno() != 0) {
            throw SystemError.of(file.errno(), "open");
        }
        return new DescriptorFile(file, length());
    }

    @Override
    FileChannel channel(Set<? extends OpenOption> how) throws IOException {
        return FileChannel.open(pin.path(), how);
    }

    @Override
    Path path() {
        return pin.path();
    }

    @Override
    DirectoryStream<Path> stream() throws IOException {
        return Files.newDirectoryStream(pin.path());
    }

    @Override
    public void close() {
        pin.close();
    }
}
