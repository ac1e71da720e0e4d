package dev.millrace.files;

import dev.millrace.kernel.SystemError;
import dev.millrace.sys.Errno;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.HashSet;
import java.util.Objects;
import java.util.Set;

/**
 * A file that is looked at by its name, before it is opened and after, where no descriptor can be
 * asked. The JDK tells nothing of an open file but its length.
 *
 * <p>It says no more than it knows: that what is opened is what was found, as long as the two looks
 * saw the same file in the same state.
 */
final class CheckedFile extends FoundFile {
    private final Path path;

    private CheckedFile(Path path, BasicFileAttributes attributes) {
        super(attributes, PathName.of(path));
        this.path = path;
    }

    static CheckedFile named(PathName name) throws IOException {
        Path path = name.toPath().toRealPath();
        return new CheckedFile(path, look(path));
    }

    private static BasicFileAttributes look(Path path) throws IOException {
        return Files.readAttributes(path, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
    }

    @Override
    OpenFile toRead() throws IOException {
        return OpenFile.of(channel(Set.of(StandardOpenOption.READ)));
    }

    /** Fails with ESTALE, as a network file system does, when it is not the file any more. */
    @Override
    FileChannel channel(Set<? extends OpenOption> how) throws IOException {
        Set<OpenOption> options = new HashSet<>(how);
        options.add(LinkOption.NOFOLLOW_LINKS);
        FileChannel channel = FileChannel.open(path, options);
        try {
            BasicFileAttributes now = look(path.toRealPath());
            boolean isRead = how.contains(StandardOpenOption.READ);
            // What is written to may be written to by others meanwhile.
            if (isRead ? !isStill(now) || channel.size() != attributes.size() : !isSame(now)) {
                throw SystemError.of(Errno.ESTALE, "open");
            }
            return channel;
        } catch (Throwable failure) {
            channel.close();
            throw failure;
        }
    }

    private boolean isStill(BasicFileAttributes now) {
        return isSame(now)
                && now.size() == attributes.size()
                && now.lastModifiedTime().equals(attributes.lastModifiedTime());
    }

    private boolean isSame(BasicFileAttributes now) {
        return now.isRegularFile() == attributes.isRegularFile()
                && now.creationTime().equals(attributes.creationTime())
                && Objects.equals(now.fileKey(), attributes.fileKey());
    }

    @Override
    Path path() {
        return path;
    }

    @Override
    DirectoryStream<Path> stream() throws IOException {
        return Files.newDirectoryStream(path);
    }

    /** Nothing is held. */
    @Override
    public void close() {}
}
