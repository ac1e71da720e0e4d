package dev.millrace.testing;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.millrace.kernel.Descriptor;
import dev.millrace.kernel.UnixAddress;
import dev.millrace.sys.Libc;
import dev.millrace.sys.Linux;
import dev.millrace.sys.Message;
import dev.millrace.sys.SharedFile;
import dev.millrace.sys.SocketName;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** A datagram socket as a service manager has one; for the thread that made it. */
public final class NoticeReceiver implements AutoCloseable {
    private static final int CAPACITY = 64 * 1024;

    private final UnixAddress address;
    private final Libc libc = new Libc();
    private final Message message = new Message(CAPACITY);
    private final int fd;

    /** One datagram. */
    public record Notice(String text, List<Descriptor> descriptors) {
        /** Closes what came with it. */
        public void close() {
            descriptors.forEach(Descriptor::close);
        }
    }

    private NoticeReceiver(UnixAddress address) throws IOException {
        this.address = address;
        this.fd = libc.socket(Linux.AF_UNIX, Linux.SOCK_DGRAM | Linux.SOCK_CLOEXEC, 0);
        int result = libc.bind(fd, new SocketName(Linux.AF_UNIX, address.bytes(), 0, 0));
        if (fd < 0 || result < 0) {
            throw new IOException("bind: " + result);
        }
    }

    public static NoticeReceiver at(Path path) throws IOException {
        return at(UnixAddress.of(path));
    }

    public static NoticeReceiver at(UnixAddress address) throws IOException {
        return new NoticeReceiver(address);
    }

    public UnixAddress address() {
        return address;
    }

    /** Whether a notice is there. */
    public boolean hasNext() {
        return SharedFile.isReadable(libc, fd);
    }

    /** The next notice, which is there. */
    public Notice next() {
        int count = libc.recvmsg(fd, message);
        if (count < 0) {
            throw new AssertionError("no notice: " + count);
        }
        List<Descriptor> descriptors = new ArrayList<>();
        Arrays.stream(message.descriptors()).mapToObj(Descriptor::of).forEach(descriptors::add);
        return new Notice(new String(message.received(count), UTF_8), descriptors);
    }

    /** The texts of all that are there. */
    public List<String> all() {
        List<String> texts = new ArrayList<>();
        while (hasNext()) {
            Notice notice = next();
            notice.close();
            texts.add(notice.text());
        }
        return texts;
    }

    public Descriptor duplicate() throws IOException {
        return Descriptor.of(libc.fcntl(fd, Linux.F_DUPFD_CLOEXEC, 0));
    }

    /** A file or folder, for reading. */
    public static Descriptor open(Path path) {
        try (Libc libc = new Libc()) {
            return Descriptor.of(libc.open(path.toString(), 0));
        }
    }

    public static boolean isCloseOnExec(int number) {
        try (Libc libc = new Libc()) {
            return libc.fcntl(number, Linux.F_GETFD, 0) == Linux.FD_CLOEXEC;
        }
    }

    @Override
    public void close() {
        libc.close(fd);
        libc.close();
    }
}
