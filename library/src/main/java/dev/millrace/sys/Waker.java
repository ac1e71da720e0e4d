package dev.millrace.sys;

/**
 * The write end of an eventfd(2), for threads other than the loop's: unlike {@link Libc} it may be
 * used by any of them.
 */
public final class Waker implements AutoCloseable {
    private final Libc libc = Libc.locked();
    private final int fd;
    private boolean isClosed;

    public Waker(int eventfd) {
        this.fd = eventfd;
    }

    /**
     * Makes the eventfd readable. After {@link #close} it does nothing: there is no loop left to
     * wake.
     */
    public synchronized void wake() {
        if (!isClosed) {
            libc.eventfdAdd(fd);
        }
    }

    /** Closes the eventfd. */
    @Override
    public synchronized void close() {
        if (!isClosed) {
            isClosed = true;
            libc.close(fd);
            libc.close();
        }
    }
}
