package dev.millrace.epoll;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.driver.Driver;
import dev.millrace.driver.Port;
import dev.millrace.driver.PortEvents;
import dev.millrace.kernel.UnixAddress;
import dev.millrace.loop.DriverLoops;
import dev.millrace.sys.Errno;
import dev.millrace.sys.Libc;
import dev.millrace.sys.Linux;
import dev.millrace.testing.ChildJvm;
import dev.millrace.testing.Kernel;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** A process that has no number left for the descriptors it is sent. */
@Tag("epoll")
class DescriptorTrafficTest {
    private static final int LIMIT = 200;

    /** Both ends in one process; prints what the receiving one was told, and what is left open. */
    static final class Program implements PortEvents {
        private final Driver driver = DriverLoops.open();
        private final Libc libc = new Libc();
        private final List<String> seen = new ArrayList<>();
        private Port server;

        public static void main(String[] arguments) throws Exception {
            new Program().run();
        }

        @Override
        public void onAccept(Port connection) {
            server = connection;
        }

        @Override
        public void onDescriptors(int[] descriptors) {
            seen.add("descriptors " + descriptors.length);
            driver.closeDescriptors(descriptors);
        }

        @Override
        public void onRead(byte[] array, int offset, int length) {
            seen.add("read " + length);
        }

        @Override
        public void onReadError(int errno) {
            seen.add("read error " + Errno.name(errno));
        }

        private void pollOnce() {
            driver.poll(
                    0,
                    callback -> {
                        try {
                            callback.call();
                        } catch (Exception e) {
                            throw new AssertionError(e);
                        }
                    });
        }

        private void run() throws Exception {
            UnixAddress name = UnixAddress.of("@millrace-traffic-" + ProcessHandle.current().pid());
            Port listener = driver.socket(name);
            driver.bind(listener, name);
            driver.listen(listener, 1);
            listener.attach(this);
            driver.acceptStart(listener, 1);
            Port client = driver.socket(name);
            driver.connect(client, name);
            driver.carryDescriptors(client);
            pollOnce();
            server.attach(this);
            driver.carryDescriptors(server);
            driver.readStart(server);
            int sent = libc.open("/dev/zero", Linux.O_RDONLY);
            byte[] one = new byte[1];
            driver.sendDescriptors(client, one, 0, 1, sent, sent, sent);
            pollOnce();
            driver.sendDescriptors(client, one, 0, 1, sent, sent, sent);
            Deque<Integer> fillers = new ArrayDeque<>();
            for (int fd = 0; fd >= 0; fd = libc.open("/dev/null", Linux.O_RDONLY)) {
                fillers.add(fd);
            }
            libc.close(fillers.removeLast());
            pollOnce();
            fillers.stream().skip(1).forEach(libc::close);
            System.out.println(seen + " " + Kernel.descriptors("/dev/zero").equals(List.of(sent)));
        }
    }

    @Test
    @Tag("X93")
    void descriptorsWithoutRoomEndTheReadingAndLeaveNothing() throws Exception {
        List<String> command = new ArrayList<>();
        command.addAll(List.of("sh", "-c", "ulimit -n " + LIMIT + " && exec \"$@\"", "sh"));
        command.addAll(ChildJvm.command(Program.class));
        assertThat(ChildJvm.run(command))
                .isEqualTo(
                        new ChildJvm.Result(
                                0, "[descriptors 3, read 1, read error EMFILE] true\n"));
    }
}
