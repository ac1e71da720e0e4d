package dev.millrace.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.kernel.IpAddress;
import dev.millrace.kernel.UdpOptions;
import dev.millrace.loop.Loop;
import dev.millrace.loop.UdpEvents;
import dev.millrace.loop.UdpHandle;
import dev.millrace.testing.ChildJvm;
import dev.millrace.testing.Strace;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The user has all the descriptors watched that max_user_watches lets him, as strace tells. */
@Tag("faults")
@Tag("epoll")
class WatchLimitTest {
    /** Receives a datagram of its own, and starts again once when that fails. */
    static final class Receiver {
        public static void main(String[] arguments) {
            boolean isStubborn = arguments.length > 0;
            Loop.run(loop -> {
                UdpHandle[] socket = new UdpHandle[1];
                UdpEvents events =
                        new UdpEvents() {
                            @Override
                            public void onDatagram(
                                    byte[] array,
                                    int offset,
                                    int length,
                                    IpAddress from,
                                    boolean isCut) {
                                System.out.println("received " + length);
                                socket[0].close();
                            }

                            @Override
                            public void onError(IOException error) {
                                System.out.println(error.getMessage());
                                if (isStubborn) {
                                    socket[0].receiveStart();
                                }
                            }

                            @Override
                            public void onThrown(Throwable thrown) {
                                throw new AssertionError(thrown);
                            }
                        };
                socket[0] = new UdpHandle(loop, UdpOptions.DEFAULTS, events);
                receiveOwn(socket[0]);
            });
            System.out.println("over");
        }

        private static void receiveOwn(UdpHandle socket) {
            try {
                socket.bind(IpAddress.loopback(0));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            socket.receiveStart();
            socket.send(new byte[5], 0, 5, socket.localAddress(), null);
        }
    }

    private static List<String> run(Path folder, String... arguments) throws Exception {
        // The first call is for the wake-up descriptor.
        List<String> fault =
                List.of("-e", "trace=epoll_ctl", "-e", "inject=epoll_ctl:error=ENOSPC:when=2");
        ChildJvm.Result result =
                ChildJvm.run(
                        Strace.command(folder.resolve("log"), fault, Receiver.class, arguments));
        assertThat(result.status()).as(result.output()).isZero();
        return result.output().lines().toList();
    }

    @Test
    void aDatagramSocketThatCantBeWatchedKeepsNoLoopAlive(@TempDir Path folder) throws Exception {
        assertThat(run(folder)).containsExactly("recvfrom ENOSPC: no space left on device", "over");
    }

    @Test
    void itCanBeStartedAgain(@TempDir Path folder) throws Exception {
        assertThat(run(folder, "again"))
                .containsExactly("recvfrom ENOSPC: no space left on device", "received 5", "over");
    }
}
