package dev.millrace.driver;

/** What not every driver can do. Asking for one that is missing gives one clear error. */
public enum Capability {
    /** Send and receive open descriptors over a Unix socket. */
    PASS_DESCRIPTORS("passing descriptors"),
    /** Serve a descriptor that was opened elsewhere. */
    OPEN_DESCRIPTORS("serving an open descriptor"),
    /** Tell readiness of a user's own descriptor. */
    WATCH_DESCRIPTORS("watching a descriptor"),
    /** Unix sockets with abstract names. */
    ABSTRACT_NAMES("abstract Unix socket names"),
    /** Unix sockets whose path is any bytes. */
    EVERY_PATH("a Unix socket path that the locale of this process has no characters for"),
    /** One listening description in several loops. */
    SHARED_LISTENERS("one listening socket in several loops"),
    /** An open connection that moves from one loop to another. */
    MOVE_CONNECTIONS("moving a connection to another loop"),
    /** Datagram sockets. */
    DATAGRAMS("datagram sockets"),
    /** Refusing IPv4 peers on an IPv6 socket, or accepting them. */
    IPV6_ONLY("the option ipv6Only"),
    /** See a peer leave while it is not read. */
    PEER_CLOSED("seeing a peer leave while reading is paused"),
    /** Send a part of an open file without bringing it into the heap. */
    SEND_FILES("sending a file by the kernel"),
    /** Accept and close what can't be served when descriptors run out. */
    SHED_CONNECTIONS("shedding connections when descriptors run out");

    private final String text;

    Capability(String text) {
        this.text = text;
    }

    /**
     * @throws UnsupportedOperationException that says so, if {@code driver} can't do it
     */
    public void require(Driver driver) {
        if (!driver.supports(this)) {
            throw missing(driver);
        }
    }

    /** The error for a driver that can't do it. */
    public UnsupportedOperationException missing(Driver driver) {
        return new UnsupportedOperationException(
                "the driver "
                        + driver.name()
                        + " can't do this: "
                        + text
                        + "; the driver epoll can (Linux, with native access)");
    }

    @Override
    public String toString() {
        return text;
    }
}
