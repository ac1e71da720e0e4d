package dev.millrace.kernel;

import dev.millrace.sys.Errno;
import dev.millrace.sys.JdkErrors;
import java.io.IOException;
import java.net.BindException;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.SocketException;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * What the kernel refused, or the resolver. Every such error is an {@link IOException}, of the
 * JDK's finer type where there is one, and carries the parts of its message, which is worded as
 * Node's: {@code listen EADDRINUSE: address already in use 127.0.0.1:8080}, {@code connect
 * ECONNREFUSED 127.0.0.1:1}, {@code getaddrinfo ENOTFOUND example.invalid}.
 *
 * {@snippet class="dev.millrace.kernel.KernelExamplesTest" region="error"}
 */
public sealed interface SystemError {
    /** The errno's name, for instance {@code ECONNRESET}, or one of Node's own codes. */
    default String code() {
        return Errno.name(details().errno);
    }

    /**
     * The errno; for {@code getaddrinfo}, which has none, libuv's number: 3008 is {@code
     * ENOTFOUND}.
     */
    default int errno() {
        return details().errno;
    }

    /** The operation that failed, under its man page's name. */
    default String syscall() {
        return details().syscall;
    }

    /** The address it was about. */
    default Optional<Address> address() {
        return details().address;
    }

    /** The file it was about, where that is known. */
    default Optional<Path> path() {
        return details().path;
    }

    /** All of it. */
    Details details();

    /** The error {@code errno} of {@code syscall}. */
    static IOException of(int errno, String syscall) {
        return of(new Details(errno, syscall, Optional.empty(), Optional.empty()));
    }

    /** The error {@code errno} of {@code syscall} on the file {@code path}. */
    static IOException of(int errno, String syscall, Path path) {
        return of(new Details(errno, syscall, Optional.empty(), Optional.of(path)));
    }

    /** The error {@code errno} of {@code syscall} on {@code address}. */
    static IOException of(int errno, String syscall, Address address) {
        return of(new Details(errno, syscall, Optional.of(address), Optional.empty()));
    }

    /**
     * The error of {@code syscall} that a channel or a file of the JDK has told as {@code thrown},
     * which becomes its cause: the JDK keeps errno to itself, so it is read from the text and the
     * type, and is {@code likeliest} where these say nothing. One that is known already stays as it
     * is.
     */
    static IOException of(Throwable thrown, String syscall, int likeliest) {
        if (thrown instanceof SystemError known) {
            return (IOException) known;
        }
        int errno =
                thrown instanceof Exception exception
                        ? JdkErrors.errno(exception, likeliest)
                        : likeliest;
        IOException error = of(errno, syscall);
        error.initCause(thrown);
        return error;
    }

    /**
     * As the other {@code of}, on the file {@code path}, which is put to one that is known already.
     */
    static IOException of(Throwable thrown, String syscall, int likeliest, Path path) {
        Details known = ((SystemError) of(thrown, syscall, likeliest)).details();
        if (thrown instanceof SystemError && known.path.isPresent()) {
            return (IOException) thrown;
        }
        IOException error = of(known.errno, known.syscall, path);
        error.initCause(thrown);
        return error;
    }

    /**
     * Why {@code host} has no address, by what the JDK's resolver has thrown, or another one. An
     * error of this kind stays as it is.
     */
    static IOException ofName(Throwable thrown, String host) {
        if (thrown instanceof SystemError known) {
            return (IOException) known;
        }
        IOException error = ofName(JdkErrors.nameErrno(thrown), host);
        error.initCause(thrown);
        return error;
    }

    /** Why {@code host} has no address: {@code errno}, for instance 3008 for ENOTFOUND. */
    static IOException ofName(int errno, String host) {
        return new Name(
                new Details(errno, "getaddrinfo", Optional.empty(), Optional.empty()), host);
    }

    /**
     * What no errno says: {@code code}, as Node has it, in place of the errno's name, and {@code
     * text} behind it, which says what, where and the remedy. {@code likest} is the errno that
     * comes nearest.
     */
    static IOException ofCode(String code, int likest, String syscall, String text) {
        return new Coded(
                new Details(likest, syscall, Optional.empty(), Optional.empty()), code, text);
    }

    /**
     * Connecting failed at every address that was tried, for {@code causes}, in the order of the
     * attempts. One alone is the error itself.
     */
    static IOException ofAttempts(List<? extends IOException> causes) {
        return causes.size() == 1 ? causes.getFirst() : new Attempts(List.copyOf(causes));
    }

    /**
     * The code of any exception: an errno's name, one of Node's own codes, or an empty string when
     * it has none.
     */
    static String codeOf(Throwable error) {
        return error instanceof SystemError system ? system.code() : "";
    }

    private static IOException of(Details details) {
        return switch (details.errno) {
            case Errno.EADDRINUSE, Errno.EADDRNOTAVAIL -> new Bind(details);
            case Errno.ECONNREFUSED -> new Connect(details);
            case Errno.EHOSTUNREACH, Errno.ENETUNREACH -> new Route(details);
            case Errno.ECONNRESET, Errno.EPIPE, Errno.ENOTCONN, Errno.ECONNABORTED ->
                    new Socket(details);
            default -> new Other(details);
        };
    }

    /**
     * The parts of the message.
     *
     * @param errno the errno
     * @param syscall the operation that failed
     * @param address the address it was about
     * @param path the file it was about
     */
    record Details(int errno, String syscall, Optional<Address> address, Optional<Path> path) {
        /** Node leaves the text out for what befalls a connection. */
        private static final Set<String> WITHOUT_TEXT =
                Set.of("bind", "connect", "read", "write", "shutdown", "send", "getaddrinfo");

        String message() {
            String text = WITHOUT_TEXT.contains(syscall) ? "" : ": " + Errno.text(errno);
            String where = address.map(a -> " " + a).orElse("");
            String file = path.map(p -> " '" + p + "'").orElse("");
            return syscall + " " + Errno.name(errno) + text + where + file;
        }
    }

    /** EADDRINUSE, EADDRNOTAVAIL. */
    final class Bind extends BindException implements SystemError {
        private static final long serialVersionUID = 1;
        private final transient Details details;

        Bind(Details details) {
            super(details.message());
            this.details = details;
        }

        @Override
        public Details details() {
            return details;
        }
    }

    /** ECONNREFUSED. */
    final class Connect extends ConnectException implements SystemError {
        private static final long serialVersionUID = 1;
        private final transient Details details;

        Connect(Details details) {
            super(details.message());
            this.details = details;
        }

        @Override
        public Details details() {
            return details;
        }
    }

    /** EHOSTUNREACH, ENETUNREACH. */
    final class Route extends NoRouteToHostException implements SystemError {
        private static final long serialVersionUID = 1;
        private final transient Details details;

        Route(Details details) {
            super(details.message());
            this.details = details;
        }

        @Override
        public Details details() {
            return details;
        }
    }

    /** ECONNRESET, EPIPE, ENOTCONN, ECONNABORTED. */
    final class Socket extends SocketException implements SystemError {
        private static final long serialVersionUID = 1;
        private final transient Details details;

        Socket(Details details) {
            super(details.message());
            this.details = details;
        }

        @Override
        public Details details() {
            return details;
        }
    }

    /** ENOTFOUND, EAI_AGAIN, EAI_FAIL: a name has no address that could be found. */
    final class Name extends UnknownHostException implements SystemError {
        private static final long serialVersionUID = 1;
        private final transient Details details;
        private final String host;

        Name(Details details, String host) {
            super(details.message() + " " + host);
            this.details = details;
            this.host = host;
        }

        /** The name. */
        public String host() {
            return host;
        }

        @Override
        public Details details() {
            return details;
        }
    }

    /**
     * Several addresses were tried, and none has connected. The message names them all, each with
     * its cause; the code is that of the first, as with Node's {@code AggregateError}.
     */
    final class Attempts extends ConnectException implements SystemError {
        private static final long serialVersionUID = 1;
        private final transient Details details;
        private final transient List<IOException> causes;

        Attempts(List<IOException> causes) {
            super(causes.stream().map(Throwable::getMessage).collect(Collectors.joining("; ")));
            this.causes = causes;
            IOException first = causes.getFirst();
            int errno = first instanceof SystemError known ? known.errno() : 0;
            this.details = new Details(errno, "connect", Optional.empty(), Optional.empty());
            // The stack trace shows what is suppressed.
            causes.forEach(this::addSuppressed);
        }

        /** What each address answered, in the order in which they were tried. */
        public List<IOException> causes() {
            return causes;
        }

        @Override
        public Details details() {
            return details;
        }
    }

    /** A code of Node's that is no errno: ERR_IP_BLOCKED, ERR_INVALID_FD_TYPE and the like. */
    final class Coded extends IOException implements SystemError {
        private static final long serialVersionUID = 1;
        private final transient Details details;
        private final String code;

        Coded(Details details, String code, String text) {
            super(details.syscall() + " " + code + ": " + text);
            this.details = details;
            this.code = code;
        }

        @Override
        public String code() {
            return code;
        }

        @Override
        public Details details() {
            return details;
        }
    }

    /** Every other errno. */
    final class Other extends IOException implements SystemError {
        private static final long serialVersionUID = 1;
        private final transient Details details;

        Other(Details details) {
            super(details.message());
            this.details = details;
        }

        @Override
        public Details details() {
            return details;
        }
    }
}
