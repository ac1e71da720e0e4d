package dev.millrace.driver;

import dev.millrace.sys.Errno;

/** What the errors of accept(2) are about; the same for every driver. */
public final class AcceptErrors {
    private AcceptErrors() {}

    /**
     * What befell a connection before it was accepted, which accept(2) says to pass over: above all
     * that the peer has reset it (row D3).
     */
    public static boolean isOfTheConnection(int errno) {
        return switch (errno) {
            case Errno.ECONNABORTED,
                    Errno.EPROTO,
                    Errno.ENETDOWN,
                    Errno.ENETUNREACH,
                    Errno.EHOSTUNREACH,
                    Errno.EHOSTDOWN,
                    Errno.ENONET,
                    Errno.ENOPROTOOPT ->
                    true;
            default -> false;
        };
    }
}
