package dev.millrace.sys;

import java.nio.charset.StandardCharsets;
import java.util.concurrent.atomic.AtomicInteger;

/** Two connected Unix sockets, non-blocking. */
record UnixPair(int left, int right) {
    private static final AtomicInteger NUMBER = new AtomicInteger();

    static UnixPair open(Libc libc) {
        int type = Linux.SOCK_STREAM | Linux.SOCK_NONBLOCK | Linux.SOCK_CLOEXEC;
        String text =
                "\0millrace-pair-" + ProcessHandle.current().pid() + "-" + NUMBER.incrementAndGet();
        SocketName name =
                new SocketName(Linux.AF_UNIX, text.getBytes(StandardCharsets.UTF_8), 0, 0);
        int listener = expect(libc.socket(Linux.AF_UNIX, type, 0));
        expect(libc.bind(listener, name));
        expect(libc.listen(listener, 1));
        int left = expect(libc.socket(Linux.AF_UNIX, type, 0));
        expect(libc.connect(left, name));
        int right = expect(libc.accept4(listener, Linux.SOCK_NONBLOCK | Linux.SOCK_CLOEXEC));
        libc.close(listener);
        return new UnixPair(left, right);
    }

    private static int expect(int result) {
        if (result < 0) {
            throw new AssertionError(Errno.name(-result));
        }
        return result;
    }

    void close(Libc libc) {
        libc.close(left);
        libc.close(right);
    }
}
