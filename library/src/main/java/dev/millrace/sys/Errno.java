package dev.millrace.sys;

import java.util.Map;
import java.util.TreeMap;

/**
 * Errno: numbers as Linux has them on x86-64 and aarch64 (errno(3)), names, and texts in Node's
 * wording (row B7).
 */
public final class Errno {
    public static final int EPERM = 1;
    public static final int ENOENT = 2;
    public static final int EINTR = 4;
    public static final int EIO = 5;
    public static final int EBADF = 9;
    public static final int EAGAIN = 11;
    public static final int ENOMEM = 12;
    public static final int EACCES = 13;
    public static final int EBUSY = 16;
    public static final int EEXIST = 17;
    public static final int ENOTDIR = 20;
    public static final int EISDIR = 21;
    public static final int EINVAL = 22;
    public static final int ENFILE = 23;
    public static final int EMFILE = 24;
    public static final int ENOSPC = 28;
    public static final int EPIPE = 32;
    public static final int ENAMETOOLONG = 36;
    public static final int ENOSYS = 38;
    public static final int ESPIPE = 29;
    public static final int ELOOP = 40;
    public static final int ENODATA = 61;
    public static final int ENONET = 64;
    public static final int EPROTO = 71;
    public static final int ENOTSOCK = 88;
    public static final int EDESTADDRREQ = 89;
    public static final int EMSGSIZE = 90;
    public static final int ENOPROTOOPT = 92;
    public static final int EPROTONOSUPPORT = 93;
    public static final int EOPNOTSUPP = 95;
    public static final int EAFNOSUPPORT = 97;
    public static final int EADDRINUSE = 98;
    public static final int EADDRNOTAVAIL = 99;
    public static final int ENETDOWN = 100;
    public static final int ENETUNREACH = 101;
    public static final int ECONNABORTED = 103;
    public static final int ECONNRESET = 104;
    public static final int ENOBUFS = 105;
    public static final int EISCONN = 106;
    public static final int ENOTCONN = 107;
    public static final int ESHUTDOWN = 108;
    public static final int ETOOMANYREFS = 109;
    public static final int ETIMEDOUT = 110;
    public static final int ECONNREFUSED = 111;
    public static final int EHOSTDOWN = 112;
    public static final int EHOSTUNREACH = 113;
    public static final int EALREADY = 114;
    public static final int EINPROGRESS = 115;
    public static final int ESTALE = 116;
    public static final int ECANCELED = 125;

    // Not the kernel's: what getaddrinfo(3) says, by libuv's numbers and Node's names.
    public static final int EAI_AGAIN = 3001;
    public static final int EAI_FAIL = 3004;
    public static final int EAI_MEMORY = 3006;
    public static final int ENOTFOUND = 3008;

    private static final Map<Integer, Entry> ENTRIES = new TreeMap<>();

    private record Entry(String name, String text) {}

    static {
        String table =
                """
                1 EPERM operation not permitted
                2 ENOENT no such file or directory
                3 ESRCH no such process
                4 EINTR interrupted system call
                5 EIO i/o error
                6 ENXIO no such device or address
                7 E2BIG argument list too long
                8 ENOEXEC exec format error
                9 EBADF bad file descriptor
                10 ECHILD no child processes
                11 EAGAIN resource temporarily unavailable
                12 ENOMEM not enough memory
                13 EACCES permission denied
                14 EFAULT bad address in system call argument
                16 EBUSY resource busy or locked
                17 EEXIST file already exists
                18 EXDEV cross-device link not permitted
                19 ENODEV no such device
                20 ENOTDIR not a directory
                21 EISDIR illegal operation on a directory
                22 EINVAL invalid argument
                23 ENFILE file table overflow
                24 EMFILE too many open files
                25 ENOTTY inappropriate ioctl for device
                26 ETXTBSY text file is busy
                27 EFBIG file too large
                28 ENOSPC no space left on device
                29 ESPIPE invalid seek
                30 EROFS read-only file system
                31 EMLINK too many links
                32 EPIPE broken pipe
                33 EDOM numerical argument out of domain
                34 ERANGE result too large
                35 EDEADLK resource deadlock avoided
                36 ENAMETOOLONG name too long
                37 ENOLCK no locks available
                38 ENOSYS function not implemented
                39 ENOTEMPTY directory not empty
                40 ELOOP too many symbolic links encountered
                61 ENODATA no data available
                62 ETIME timer expired
                64 ENONET machine is not on the network
                71 EPROTO protocol error
                74 EBADMSG bad message
                75 EOVERFLOW value too large for defined data type
                84 EILSEQ illegal byte sequence
                87 EUSERS too many users
                88 ENOTSOCK socket operation on non-socket
                89 EDESTADDRREQ destination address required
                90 EMSGSIZE message too long
                91 EPROTOTYPE protocol wrong type for socket
                92 ENOPROTOOPT protocol not available
                93 EPROTONOSUPPORT protocol not supported
                94 ESOCKTNOSUPPORT socket type not supported
                95 EOPNOTSUPP operation not supported on socket
                96 EPFNOSUPPORT protocol family not supported
                97 EAFNOSUPPORT address family not supported
                98 EADDRINUSE address already in use
                99 EADDRNOTAVAIL address not available
                100 ENETDOWN network is down
                101 ENETUNREACH network is unreachable
                102 ENETRESET connection aborted by network
                103 ECONNABORTED software caused connection abort
                104 ECONNRESET connection reset by peer
                105 ENOBUFS no buffer space available
                106 EISCONN socket is already connected
                107 ENOTCONN socket is not connected
                108 ESHUTDOWN cannot send after transport endpoint shutdown
                109 ETOOMANYREFS too many references: cannot splice
                110 ETIMEDOUT connection timed out
                111 ECONNREFUSED connection refused
                112 EHOSTDOWN host is down
                113 EHOSTUNREACH host is unreachable
                114 EALREADY connection already in progress
                115 EINPROGRESS operation in progress
                116 ESTALE stale file handle
                122 EDQUOT disk quota exceeded
                123 ENOMEDIUM no medium found
                125 ECANCELED operation canceled
                130 EOWNERDEAD previous owner died
                131 ENOTRECOVERABLE state not recoverable
                132 ERFKILL operation not possible due to rf-kill
                3001 EAI_AGAIN temporary failure
                3004 EAI_FAIL permanent failure
                3006 EAI_MEMORY out of memory
                3008 ENOTFOUND unknown node or service
                """;
        for (String line : table.split("\n")) {
            String[] part = line.split(" ", 3);
            ENTRIES.put(Integer.valueOf(part[0]), new Entry(part[1], part[2]));
        }
    }

    private Errno() {}

    /**
     * The name, for instance {@code EADDRINUSE}; {@code E} and the number when Linux knows no such
     * error.
     */
    public static String name(int errno) {
        Entry entry = ENTRIES.get(errno);
        return entry == null ? "E" + errno : entry.name;
    }

    /** What it means, in the words Node uses. */
    public static String text(int errno) {
        Entry entry = ENTRIES.get(errno);
        return entry == null ? "unknown error " + errno : entry.text;
    }
}
