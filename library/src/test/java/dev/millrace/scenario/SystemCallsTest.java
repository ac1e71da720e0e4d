package dev.millrace.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.kernel.IpAddress;
import dev.millrace.loop.Loop;
import dev.millrace.loop.TimerHandle;
import dev.millrace.net.NetServer;
import dev.millrace.net.NetSocket;
import dev.millrace.testing.RawClient;
import dev.millrace.testing.Strace;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BiConsumer;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * What a loop asks of the kernel, counted by strace; the children mark where counting begins and
 * ends.
 */
@Tag("faults")
class SystemCallsTest {
    private static final String ALL =
            "epoll_wait,epoll_pwait,epoll_ctl,recvfrom,sendto,sendmsg,accept4,close,fcntl,socket,setsockopt";

    /** What the child does: each name is one program. */
    static final class Programs {
        public static void main(String[] arguments) {
            switch (arguments[0]) {
                case "idle" -> Loop.run(Programs::idle);
                case "writes" -> Loop.run(loop -> connected(loop, Programs::fiveWrites));
                case "echo" -> Loop.run(loop -> connected(loop, Programs::pingPong));
                case "pause" -> Loop.run(loop -> connected(loop, Programs::pauseAndResume));
                case "accept" -> Loop.run(Programs::acceptFive);
                default -> throw new IllegalArgumentException(arguments[0]);
            }
        }

        private static void mark(String name) {
            System.out.println(name);
        }

        private static void idle(Loop loop) {
            Runnable done = loop.keepAlive();
            loop.setImmediate(() -> {
                mark("from");
                Thread.ofPlatform()
                        .start(() -> {
                            parkFor(Duration.ofMillis(300));
                            loop.execute(() -> {
                                mark("to");
                                done.run();
                            });
                        });
            });
        }

        private static void parkFor(Duration time) {
            long end = System.nanoTime() + time.toNanos();
            while (System.nanoTime() < end) {
                LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(50));
            }
        }

        private static void connected(Loop loop, BiConsumer<NetSocket, RawClient> then) {
            NetServer server = NetServer.create(loop);
            RawClient[] client = new RawClient[1];
            server.onConnection(socket -> {
                server.close();
                // Two polls later, so that what setting up a connection costs lies behind.
                loop.setImmediate(() ->
                        loop.setImmediate(
                                () -> loop.setImmediate(() -> then.accept(socket, client[0]))));
            });
            server.listen(IpAddress.loopback(0))
                    .onListening(() -> client[0] = RawClient.connect(server.port()));
        }

        private static void fiveWrites(NetSocket socket, RawClient client) {
            mark("from");
            for (int i = 0; i < 5; i++) {
                socket.write("0123456789");
            }
            socket.loop()
                    .setImmediate(() -> {
                        mark("to");
                        socket.destroy();
                        client.close();
                    });
        }

        private static void pauseAndResume(NetSocket socket, RawClient client) {
            // Made before, as a class that is loaded costs calls of its own.
            TimerHandle timer = new TimerHandle(socket.loop());
            mark("from");
            socket.pause();
            socket.resume();
            socket.pause();
            socket.resume();
            timer.start(
                    Duration.ofMillis(50),
                    () -> {
                        mark("to");
                        socket.destroy();
                        client.close();
                    });
        }

        private static void pingPong(NetSocket socket, RawClient client) {
            int[] count = {0};
            socket.onData(buffer -> {
                socket.write(buffer);
                if (++count[0] == 1) {
                    socket.loop().nextTick(() -> mark("from"));
                } else if (count[0] == 11) {
                    mark("to");
                }
            });
            Thread.ofPlatform()
                    .start(() -> {
                        for (int i = 0; i < 12; i++) {
                            client.write("ping").read(4);
                        }
                        client.close();
                    });
        }

        private static void acceptFive(Loop loop) {
            int[] count = {0};
            RawClient[] clients = new RawClient[5];
            NetServer server = NetServer.create(loop);
            server.onConnection(socket -> {
                if (++count[0] == 5) {
                    mark("to");
                    server.close();
                }
                socket.destroy();
            });
            server.listen(IpAddress.loopback(0))
                    .onListening(() -> {
                        for (int i = 0; i < clients.length; i++) {
                            clients[i] = RawClient.connect(server.port());
                        }
                        mark("from");
                    });
        }
    }

    private static long count(List<String> calls, String name) {
        return calls.stream().filter(call -> call.startsWith(name + "(")).count();
    }

    @Test
    @Tag("A6")
    void anIdleLoopSleepsWithoutEndAndMakesNoFurtherCall()
            throws IOException, InterruptedException {
        List<String> calls = Strace.calls(ALL, Programs.class, "idle");
        // One call, on one line or, as another thread is traced meanwhile, on two.
        assertThat(count(calls, "epoll_wait")).isEqualTo(1);
        assertThat(calls).allMatch(call -> call.contains("epoll_wait"));
        assertThat(calls.getLast()).contains(", 1024, -1) = 1");
    }

    @Test
    @Tag("F2")
    @Tag("epoll")
    void fiveWritesAreOneCall() throws IOException, InterruptedException {
        List<String> calls = Strace.calls("sendto,sendmsg,writev", Programs.class, "writes");
        assertThat(calls).hasSize(1);
        assertThat(calls.getFirst()).startsWith("sendto(").contains(", 50, ");
    }

    @Test
    @Tag("F9")
    @Tag("epoll")
    void aPingPongMessageCostsOneReceiveOneSendAndItsWait()
            throws IOException, InterruptedException {
        List<String> calls = Strace.calls(ALL, Programs.class, "echo");
        assertThat(count(calls, "recvfrom")).isEqualTo(10);
        assertThat(count(calls, "sendto")).isEqualTo(10);
        assertThat(count(calls, "epoll_ctl")).isZero();
        assertThat(calls.stream().filter(call -> call.matches("epoll_p?wait\\(.*")).count())
                .isLessThanOrEqualTo(11);
    }

    @Test
    @Tag("A8")
    void startAndStopInOneCallbackCostNoCall() throws IOException, InterruptedException {
        List<String> calls = Strace.calls(ALL, Programs.class, "pause");
        assertThat(count(calls, "epoll_ctl")).isZero();
        assertThat(calls).as("only the wait").allMatch(call -> call.matches(".*epoll_p?wait.*"));
    }

    @Test
    @Tag("D1")
    @Tag("epoll")
    void eachReadinessIsOneAcceptAndNoneIsInVain() throws IOException, InterruptedException {
        List<String> calls = Strace.calls(ALL, Programs.class, "accept");
        assertThat(count(calls, "accept4")).isEqualTo(5);
        assertThat(calls)
                .filteredOn(call -> call.startsWith("accept4"))
                .noneMatch(call -> call.contains("EAGAIN"));
        assertThat(calls).noneMatch(call -> call.startsWith("fcntl"));
    }
}
