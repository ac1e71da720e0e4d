package dev.millrace.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.kernel.IpAddress;
import dev.millrace.loop.Loop;
import dev.millrace.net.NetServer;
import dev.millrace.net.NetSocket;
import dev.millrace.testing.Namespace;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** A network that loses packets: every byte arrives all the same, once and in its place. */
@Tag("faults")
class TcpLossTest {
    private static final int TRANSFERS = 1000;
    private static final int AT_ONCE = 250;
    private static final int BYTES = 100_000;

    /** In a namespace of its own: one server that sends everything back, and many clients. */
    static final class Program {
        private final Loop loop;
        private NetServer server;
        private int begun;
        private int over;
        private int equal;

        private Program(Loop loop) {
            this.loop = loop;
        }

        public static void main(String[] arguments) {
            Namespace.dropSome(5);
            Loop.run(loop -> new Program(loop).serve());
        }

        private void serve() {
            server = NetServer.create(loop, socket -> socket.pipeTo(socket));
            server.listen(IpAddress.loopback(7))
                    .onListening(() -> {
                        for (int count = 0; count < AT_ONCE; count++) {
                            transfer();
                        }
                    });
        }

        private void transfer() {
            byte[] bytes = new byte[BYTES];
            new SplittableRandom(++begun).nextBytes(bytes);
            MessageDigest received = sha256();
            NetSocket.connect(loop, 7, "127.0.0.1")
                    .onData(received::update)
                    .onError(error -> System.out.println(error.getMessage()))
                    .onClose(() -> ended(sha256().digest(bytes), received.digest()))
                    .end(bytes);
        }

        private void ended(byte[] sent, byte[] received) {
            over++;
            equal += MessageDigest.isEqual(sent, received) ? 1 : 0;
            if (begun < TRANSFERS) {
                transfer();
            } else if (over == TRANSFERS) {
                server.close();
                System.out.println(equal + " equal, lost packets: " + (Namespace.dropped() > 100));
            }
        }

        private static MessageDigest sha256() {
            try {
                return MessageDigest.getInstance("SHA-256");
            } catch (NoSuchAlgorithmException e) {
                throw new AssertionError(e);
            }
        }
    }

    @Test
    void aThousandTransfersAreEqualWhereOneOfTwentyPacketsIsLost() throws Exception {
        assertThat(Namespace.run(Program.class)).isEqualTo("1000 equal, lost packets: true\n");
    }
}
