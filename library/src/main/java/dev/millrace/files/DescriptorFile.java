package dev.millrace.files;

import dev.millrace.driver.FileRegion;
import dev.millrace.kernel.SystemError;
import dev.millrace.stream.Region;
import dev.millrace.sys.ReadableFile;
import java.io.IOException;
import java.util.Objects;
import java.util.Optional;

/** A file that is open by a descriptor of ours: the kernel can send it by itself. */
final class DescriptorFile extends OpenFile {
    private final ReadableFile file;

    DescriptorFile(ReadableFile file, long length) {
        super(length);
        this.file = file;
    }

    @Override
    public int read(byte[] array, int offset, int length, long position) throws IOException {
        Objects.checkFromIndexSize(offset, length, array.length);
        int count = file.read(array, offset, length, position);
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
    public void close() {
        file.close();
    }
}
