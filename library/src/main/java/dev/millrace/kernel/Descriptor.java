package dev.millrace.kernel;

import dev.millrace.sys.FileType;
import dev.millrace.sys.Libc;
import dev.millrace.sys.Linux;
import dev.millrace.sys.SocketName;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * An open descriptor that belongs to its holder: a file, a pipe, a socket, for which nothing else
 * here is responsible. It is closed once, whatever happens, or {@linkplain #release released} to
 * whatever takes a number. Any thread; needs native access, on Linux.
 *
 * {@snippet class="dev.millrace.kernel.DescriptorTest" region="descriptor"}
 */
public final class Descriptor implements AutoCloseable {
    private static final int GONE = -1;

    private final AtomicInteger number;

    /** Asked of the kernel once. */
    private @Nullable DescriptorKind kind;

    private Descriptor(int number) {
        this.number = new AtomicInteger(number);
    }

    /**
     * The open descriptor {@code number}, which belongs to the result from now on.
     *
     * @throws IllegalArgumentException if the number is negative
     */
    public static Descriptor of(int number) {
        if (number < 0) {
            throw new IllegalArgumentException(
                    "a descriptor is 0 or more, not " + number + ": look at what open(2) returned");
        }
        return new Descriptor(number);
    }

    /**
     * Its number, for calls that leave it where it is.
     *
     * @throws IllegalStateException if it is closed or released
     */
    public int number() {
        int open = number.get();
        if (open == GONE) {
            throw new IllegalStateException("the descriptor is closed, or was released");
        }
        return open;
    }

    /**
     * What is behind it.
     *
     * @throws IllegalStateException if it is closed or released
     * @throws UncheckedIOException EBADF, if it was closed by its number
     */
    public DescriptorKind kind() {
        int open = number();
        DescriptorKind known = kind;
        if (known == null) {
            try {
                known = DescriptorKind.of(open);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            kind = known;
        }
        return known;
    }

    /** Whether it is neither closed nor released. */
    public boolean isOpen() {
        return number.get() != GONE;
    }

    /**
     * Gives it away: it is the caller's to close now, by its number.
     *
     * @throws IllegalStateException if it is closed or was released before
     */
    public int release() {
        int open = number.getAndSet(GONE);
        if (open == GONE) {
            throw new IllegalStateException("the descriptor is closed, or was released");
        }
        return open;
    }

    /**
     * Whether it is a socket, of any family and kind.
     *
     * @throws IllegalStateException if it is closed or released
     */
    public boolean isSocket() {
        try (Libc libc = new Libc()) {
            return FileType.of(libc, number()) == FileType.S_IFSOCK;
        }
    }

    /**
     * The local address of a socket; empty for anything else, and for other families than IP and
     * Unix.
     *
     * @throws IllegalStateException if it is closed or released
     */
    public Optional<Address> localAddress() {
        try (Libc libc = new Libc()) {
            SocketName name = libc.getsockname(number());
            if (name == null) {
                return Optional.empty();
            }
            return switch (name.family()) {
                case Linux.AF_UNIX -> Optional.of(UnixAddress.ofBytes(name.bytes()));
                case Linux.AF_INET, Linux.AF_INET6 ->
                        Optional.of(IpAddress.of(name.bytes(), name.port()));
                default -> Optional.empty();
            };
        }
    }

    /**
     * From now on no program that this process starts has it (FD_CLOEXEC): one that came from a
     * parent is not so by itself.
     *
     * @throws IllegalStateException if it is closed or released
     * @throws UncheckedIOException EBADF, if it was closed by its number
     */
    public void closeOnExec() {
        try (Libc libc = new Libc()) {
            int result = libc.fcntl(number(), Linux.F_SETFD, Linux.FD_CLOEXEC);
            if (result < 0) {
                throw new UncheckedIOException(SystemError.of(-result, "fcntl"));
            }
        }
    }

    /** A second descriptor of the same description, close-on-exec. */
    public Descriptor duplicate() throws IOException {
        try (Libc libc = new Libc()) {
            int second = libc.fcntl(number(), Linux.F_DUPFD_CLOEXEC, 0);
            if (second < 0) {
                throw SystemError.of(-second, "fcntl");
            }
            return new Descriptor(second);
        }
    }

    /** Idempotent; after {@link #release} without effect. */
    @Override
    public void close() {
        int open = number.getAndSet(GONE);
        if (open != GONE) {
            try (Libc libc = new Libc()) {
                libc.close(open);
            }
        }
    }

    /** {@code Descriptor[12]}, or {@code Descriptor[closed]}. */
    @Override
    public String toString() {
        int open = number.get();
        return "Descriptor[" + (open == GONE ? "closed" : String.valueOf(open)) + "]";
    }
}
