package dev.millrace.nio;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.kernel.SystemError;
import dev.millrace.sys.Errno;
import java.io.IOException;
import java.net.BindException;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.PortUnreachableException;
import java.net.SocketException;
import java.nio.channels.AlreadyConnectedException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.NotYetConnectedException;
import java.nio.channels.UnresolvedAddressException;
import java.nio.channels.UnsupportedAddressTypeException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class NioErrorsTest {
    /** What nothing else means, so that it shows when it was needed. */
    private static final int LIKELIEST = Errno.EBUSY;

    /** Texts of glibc, musl, macOS and Windows, and the JDK's own. */
    @ParameterizedTest
    @CsvSource({
        "Address already in use,EADDRINUSE",
        "Address in use,EADDRINUSE",
        "Address already in use: bind,EADDRINUSE",
        "Cannot assign requested address,EADDRNOTAVAIL",
        "Can't assign requested address,EADDRNOTAVAIL",
        "Permission denied,EACCES",
        "Permission denied: bind,EACCES",
        "Connection refused,ECONNREFUSED",
        "Connection refused: no further information,ECONNREFUSED",
        "Connection timed out,ETIMEDOUT",
        "Operation timed out,ETIMEDOUT",
        "Connection reset,ECONNRESET",
        "Connection reset by peer,ECONNRESET",
        "An existing connection was forcibly closed by the remote host,ECONNRESET",
        "An established connection was aborted by the software in your host machine,ECONNABORTED",
        "Software caused connection abort,ECONNABORTED",
        "Broken pipe,EPIPE",
        "Protocol wrong type for socket,EPIPE",
        "No route to host,EHOSTUNREACH",
        "Network is unreachable,ENETUNREACH",
        "Too many open files,EMFILE",
        "Too many open files in system,ENFILE",
        "No such file or directory,ENOENT",
        "Socket operation on non-socket,ENOTSOCK",
        "Resource temporarily unavailable,EAGAIN",
        "Message too long,EMSGSIZE",
        "Message too large,EMSGSIZE",
        "No file descriptors available,EMFILE",
        "Address not available,EADDRNOTAVAIL",
        "Network unreachable,ENETUNREACH",
        "Host is unreachable,EHOSTUNREACH",
        "Socket is connected,EISCONN",
        "Socket not connected,ENOTCONN",
        "Connection aborted,ECONNABORTED",
        "Cannot send after socket shutdown,ESHUTDOWN",
        "Filename too long,ENAMETOOLONG",
        "Symbolic link loop,ELOOP",
        "Not supported,EOPNOTSUPP",
        "Out of memory,ENOMEM",
        "I/O error,EIO",
        "No such device,ENODEV",
        "Destination address required,EDESTADDRREQ",
        "Bad file descriptor,EBADF",
        "IPv6 not available,EAFNOSUPPORT",
        "Unix Domain Sockets not supported on this platform,EAFNOSUPPORT",
        "Unix domain path too long,ENAMETOOLONG",
        "No buffer space available,ENOBUFS",
        "No space left on device,ENOSPC",
        "Is a directory,EISDIR",
        "File too large,EFBIG",
        "Disk quota exceeded,EDQUOT",
        "Stream Closed,EBADF",
    })
    @Tag("B7")
    void theTextSaysIt(String text, String code) {
        int errno = NioErrors.errno(new SocketException(text), LIKELIEST);
        assertThat(Errno.name(errno)).isEqualTo(code);
    }

    static Stream<Arguments> types() {
        return Stream.of(
                Arguments.of(new BindException("Die Adresse ist belegt"), "EADDRINUSE"),
                Arguments.of(new ConnectException("Verweigert"), "ECONNREFUSED"),
                Arguments.of(new PortUnreachableException(), "ECONNREFUSED"),
                Arguments.of(new NoRouteToHostException(), "EHOSTUNREACH"),
                Arguments.of(new ClosedChannelException(), "EBADF"),
                Arguments.of(new NoSuchFileException("/none"), "ENOENT"),
                Arguments.of(new AccessDeniedException("/none"), "EACCES"),
                Arguments.of(new FileSystemException("/a", null, "Not a directory"), "ENOTDIR"),
                Arguments.of(new NotYetConnectedException(), "ENOTCONN"),
                Arguments.of(new AlreadyConnectedException(), "EISCONN"),
                Arguments.of(new UnresolvedAddressException(), "EADDRNOTAVAIL"),
                Arguments.of(new UnsupportedAddressTypeException(), "EAFNOSUPPORT"),
                Arguments.of(new UnsupportedOperationException("no"), "EOPNOTSUPP"),
                Arguments.of(SystemError.of(Errno.EPROTO, "accept"), "EPROTO"));
    }

    @ParameterizedTest
    @MethodSource("types")
    void withoutAKnownTextTheTypeSaysIt(Exception thrown, String code) {
        assertThat(Errno.name(NioErrors.errno(thrown, LIKELIEST))).isEqualTo(code);
    }

    @Test
    void withNeitherTheLikeliestIsIt() {
        assertThat(NioErrors.errno(new SocketException("Kaputt"), LIKELIEST)).isEqualTo(LIKELIEST);
        assertThat(NioErrors.errno(new IOException(), LIKELIEST)).isEqualTo(LIKELIEST);
    }

    @Test
    void asAnErrorItKeepsItsCause() {
        SocketException thrown = new SocketException("Too many open files");
        assertThat(NioErrors.of(thrown, "socket", LIKELIEST))
                .isInstanceOf(SystemError.class)
                .hasMessage("socket EMFILE: too many open files")
                .hasCause(thrown);
    }
}
