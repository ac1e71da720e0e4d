package dev.millrace.sys;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class WakerTest {
    @Test
    void anyThreadMakesTheEventfdReadable() throws InterruptedException {
        try (Libc libc = new Libc()) {
            int fd = libc.eventfd(0, Linux.EFD_NONBLOCK | Linux.EFD_CLOEXEC);
            Waker waker = new Waker(fd);
            var threads =
                    IntStream.range(0, 4)
                            .mapToObj(i -> Thread.ofPlatform().start(waker::wake))
                            .toList();
            for (Thread thread : threads) {
                thread.join();
            }
            byte[] eight = new byte[8];
            assertThat(libc.read(fd, eight, 0, 8)).isEqualTo(8);
            assertThat(eight[0]).isEqualTo((byte) 4);
            waker.close();
        }
    }

    @Test
    void afterCloseItWakesNobodyAndTheNumberMayBeAnothers() {
        try (Libc libc = new Libc()) {
            Waker waker = new Waker(libc.eventfd(0, Linux.EFD_NONBLOCK | Linux.EFD_CLOEXEC));
            waker.close();
            int reused = libc.eventfd(0, Linux.EFD_NONBLOCK | Linux.EFD_CLOEXEC);
            waker.wake();
            waker.close();
            assertThat(libc.read(reused, new byte[8], 0, 8)).isEqualTo(-Errno.EAGAIN);
            libc.close(reused);
        }
    }
}
