package dev.millrace.sys;

import java.net.BindException;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.PortUnreachableException;
import java.net.UnknownHostException;
import java.nio.channels.AlreadyBoundException;
import java.nio.channels.AlreadyConnectedException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ConnectionPendingException;
import java.nio.channels.NotYetConnectedException;
import java.nio.channels.UnresolvedAddressException;
import java.nio.channels.UnsupportedAddressTypeException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.RejectedExecutionException;

/**
 * The errno behind an exception of the JDK, which keeps it to itself: by its text, then by its
 * type, then what is likeliest for the operation. The text comes first because it is finer: a
 * {@link BindException} may be EADDRINUSE, EADDRNOTAVAIL or EACCES. It is the C library's, in the
 * machine's language, which with native access can be asked for, or Windows's; so it can't be all.
 */
public final class JdkErrors {
    /** How the text begins, in lower case; the first that fits counts. */
    private static final String TEXTS =
            """
            1 operation not permitted
            2 no such file or directory
            5 input/output error
            5 i/o error
            6 no such device or address
            9 bad file descriptor
            9 stream closed
            13 permission denied
            16 device or resource busy
            16 resource busy
            17 file exists
            18 invalid cross-device link
            19 no such device
            20 not a directory
            21 is a directory
            22 invalid argument
            23 too many open files in system
            23 file table overflow
            24 too many open files
            24 no file descriptors available
            27 file too large
            28 no space left on device
            29 illegal seek
            29 invalid seek
            30 read-only file system
            32 broken pipe
            32 protocol wrong type for socket
            36 file name too long
            36 filename too long
            36 unix domain path too long
            37 no locks available
            40 too many levels of symbolic links
            40 symbolic link loop
            71 protocol error
            88 socket operation on non-socket
            88 not a socket
            89 destination address required
            90 message too long
            90 message too large
            91 wrong protocol type for socket
            92 protocol not available
            93 protocol not supported
            95 operation not supported
            95 not supported
            97 address family not supported
            97 ipv6 not available
            97 unix domain sockets not supported
            98 address already in use
            98 address in use
            99 cannot assign requested address
            99 can't assign requested address
            99 address not available
            100 network is down
            101 network is unreachable
            101 network unreachable
            103 software caused connection abort
            103 an established connection was aborted
            103 connection aborted
            104 connection reset
            104 an existing connection was forcibly closed
            105 no buffer space available
            106 transport endpoint is already connected
            106 socket is already connected
            106 socket is connected
            107 transport endpoint is not connected
            107 socket is not connected
            107 socket not connected
            108 cannot send after
            110 connection timed out
            110 operation timed out
            111 connection refused
            112 host is down
            113 no route to host
            116 stale file handle
            122 disk quota exceeded
            122 quota exceeded
            113 host is unreachable
            11 resource temporarily unavailable
            12 cannot allocate memory
            12 out of memory
            """;

    private static final boolean IS_LINUX = System.getProperty("os.name").equals("Linux");

    private static final Map<String, Integer> TABLE = new LinkedHashMap<>();

    /** Besides the kernel's refusals, what the JDK itself throws for a call that does not fit. */
    private static final Map<Class<? extends Exception>, Integer> TYPES =
            Map.ofEntries(
                    Map.entry(BindException.class, Errno.EADDRINUSE),
                    Map.entry(ConnectException.class, Errno.ECONNREFUSED),
                    Map.entry(PortUnreachableException.class, Errno.ECONNREFUSED),
                    Map.entry(NoRouteToHostException.class, Errno.EHOSTUNREACH),
                    Map.entry(ClosedChannelException.class, Errno.EBADF),
                    Map.entry(FileAlreadyExistsException.class, Errno.EEXIST),
                    Map.entry(NoSuchFileException.class, Errno.ENOENT),
                    Map.entry(AccessDeniedException.class, Errno.EACCES),
                    Map.entry(NotYetConnectedException.class, Errno.ENOTCONN),
                    Map.entry(AlreadyConnectedException.class, Errno.EISCONN),
                    Map.entry(ConnectionPendingException.class, Errno.EALREADY),
                    Map.entry(AlreadyBoundException.class, Errno.EINVAL),
                    Map.entry(InvalidPathException.class, Errno.EINVAL),
                    Map.entry(UnresolvedAddressException.class, Errno.EADDRNOTAVAIL),
                    Map.entry(UnsupportedAddressTypeException.class, Errno.EAFNOSUPPORT),
                    Map.entry(UnsupportedOperationException.class, Errno.EOPNOTSUPP));

    static {
        for (String line : TEXTS.split("\n")) {
            String[] part = line.split(" ", 2);
            TABLE.put(part[1], Integer.valueOf(part[0]));
        }
    }

    private JdkErrors() {}

    /** The errno behind {@code thrown}; {@code likeliest} when nothing tells. */
    public static int errno(Exception thrown, int likeliest) {
        int byType = byType(thrown);
        return byText(text(thrown), byType == 0 ? likeliest : byType);
    }

    /**
     * The number of what getaddrinfo(3) has said, of which the JDK tells no more than a text behind
     * the name, and when it has kept the failure for a while not even that.
     */
    public static int nameErrno(Throwable thrown) {
        if (thrown instanceof RejectedExecutionException) {
            // Too many names wait to be looked up already.
            return Errno.EAI_AGAIN;
        }
        if (!(thrown instanceof UnknownHostException)) {
            return Errno.EAI_FAIL;
        }
        String message = String.valueOf(thrown.getMessage());
        String text = message.substring(message.lastIndexOf(": ") + 1).strip();
        return switch (text) {
            case "Temporary failure in name resolution", "Try again" -> Errno.EAI_AGAIN;
            case "Non-recoverable failure in name resolution", "Unrecoverable error" ->
                    Errno.EAI_FAIL;
            case "Memory allocation failure", "Out of memory" -> Errno.EAI_MEMORY;
            // What the system could not do, as too many open files.
            default -> byText(text.toLowerCase(Locale.ROOT), Errno.ENOTFOUND);
        };
    }

    private static int byText(String text, int likeliest) {
        int known = byText(text);
        return known == 0 ? likeliest : known;
    }

    private static String text(Exception thrown) {
        String text =
                thrown instanceof FileSystemException file ? file.getReason() : thrown.getMessage();
        return text == null ? "" : text.toLowerCase(Locale.ROOT);
    }

    private static int byText(String text) {
        if (!text.isEmpty()) {
            for (Map.Entry<String, Integer> entry : TABLE.entrySet()) {
                if (text.startsWith(entry.getKey())) {
                    return entry.getValue();
                }
            }
        }
        return IS_LINUX && NativeAccess.granted() ? LocalTexts.errno(text) : 0;
    }

    private static int byType(Exception thrown) {
        for (Map.Entry<Class<? extends Exception>, Integer> entry : TYPES.entrySet()) {
            if (entry.getKey().isInstance(thrown)) {
                return entry.getValue();
            }
        }
        return 0;
    }
}
