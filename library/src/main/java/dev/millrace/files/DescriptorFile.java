package dev.millrace.files;

import dev.millrace.driver.FileRegion;
import dev.millrace.kernel.SystemError;
import dev.millrace.stream.Region;
import dev.millrace.sys.Errno;
import dev.millrace.sys.FileState;
import dev.millrace.sys.ReadableFile;
import java.io.IOException;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** A file that is open by a descriptor of ours: the kernel can send it by itself. */
final class DescriptorFile extends OpenFile {
    private final ReadableFile file;

    /** When it was opened; null if it was not that long any more. */
    private final @Nullable FileState opened;

    DescriptorFile(ReadableFile file, long length) {
        super(length, new AtomicInteger(1));
        this.file = file;
        FileState state = file.state();
        this.opened = state != null && state.length() == length ? state : null;
    }

    private DescriptorFile(DescriptorFile other, AtomicInteger holders) {
        super(other.length(), holders);
        this.file = other.file;
        this.opened = other.opened;
    }

    @Override
    OpenFile again(AtomicInteger all) {
        return new DescriptorFile(this, all);
    }

    @Override
    public int read(byte[] array, int offset, int length, long position) throws IOException {
        Objects.checkFromIndexSize(offset, length, array.length);
        return told(file.read(array, offset, length, position), length);
    }

    @Override
    public int readCached(byte[] array, int offset, int length, long position) throws IOException {
        Objects.checkFromIndexSize(offset, length, array.length);
        int count = file.readCached(array, offset, length, position);
        return count == -Errno.EAGAIN || count == -Errno.EOPNOTSUPP ? 0 : told(count, length);
    }

    @Override
    public boolean isUnchanged() {
        return opened != null && opened.links() > 0 && opened.equals(file.state());
    }

    private static int told(int count, int length) throws IOException {
        if (count < 0) {
            throw SystemError.of(-count, "read");
        }
        return count == 0 && length > 0 ? -1 : count;
    }

    @Override
    public Optional<Region> region(long position, int length) {
        return Optional.of(new FileRegion(file, position, length));
    }

    @Override
    public boolean isCached(long position, long length) {
        return file.isCached(position, length);
    }

    @Override
    void closeFile() {
        file.close();
    }
}
