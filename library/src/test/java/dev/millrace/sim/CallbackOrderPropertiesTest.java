package dev.millrace.sim;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.kernel.IpAddress;
import dev.millrace.loop.DriverLoops;
import dev.millrace.loop.Loop;
import dev.millrace.loop.RunMode;
import dev.millrace.net.NetServer;
import dev.millrace.net.NetSocket;
import dev.millrace.testing.Choices;
import dev.millrace.testing.Property;
import dev.millrace.testing.QuietLog;
import java.time.Duration;
import java.util.SplittableRandom;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/**
 * The order in which a socket calls its listeners, as a pattern over one letter a call, while both
 * ends and a simulated kernel do what they like.
 */
class CallbackOrderPropertiesTest {
    private static final IpAddress PLACE = IpAddress.loopback(7000);

    /** Connect, data, end, finish, drain, error, close. */
    private static final Pattern CLIENT = Pattern.compile("(c[dr]*(n[r]*)?)?x?z");

    private static final Pattern SERVER = Pattern.compile("[dr]*(n[r]*)?x?z");

    private final StringBuilder client = new StringBuilder();
    private final StringBuilder server = new StringBuilder();
    private int closes;

    private static void note(NetSocket socket, StringBuilder calls) {
        socket.onData(data -> calls.append('d'));
        socket.onEnd(() -> calls.append('n'));
        socket.onDrain(() -> calls.append('r'));
        socket.onError(error -> calls.append('x'));
        socket.onClose(() -> calls.append('z'));
    }

    private void act(Choices choices, Loop loop, NetSocket socket, int left) {
        if (left == 0) {
            end(choices, loop, socket);
            return;
        }
        switch (choices.below(6)) {
            case 0, 1 -> socket.write(new byte[choices.of(1, 1000, 100_000)]);
            case 2 -> socket.pause();
            case 3 -> socket.resume();
            case 4 -> socket.end();
            default -> {}
        }
        loop.setTimeout(
                Duration.ofMillis(choices.below(20)), () -> act(choices, loop, socket, left - 1));
    }

    private static void end(Choices choices, Loop loop, NetSocket socket) {
        socket.resume();
        switch (choices.below(3)) {
            case 0 -> socket.destroy();
            case 1 -> socket.reset();
            default -> {
                socket.end();
                loop.setTimeout(Duration.ofSeconds(5), socket::destroy);
            }
        }
    }

    private void run(Choices choices, Consumer<NetSocket> first) {
        client.setLength(0);
        server.setLength(0);
        closes = 0;
        Faults faults =
                Faults.NONE
                        .with(Fault.DELAY, 0.5)
                        .with(Fault.SHORT_WRITE, 0.3)
                        .with(Fault.SHORT_READ, 0.3)
                        .with(Fault.EAGAIN, 0.2)
                        .with(Fault.REORDER, 0.5);
        SplittableRandom random = new SplittableRandom(choices.below(1 << 30));
        SimDriver driver = new SimDriver(random, faults, new EventLog(false));
        try (QuietLog quiet = new QuietLog();
                Loop loop = DriverLoops.on(driver)) {
            NetServer listening =
                    NetServer.create(
                            loop,
                            socket -> {
                                note(socket, server);
                                act(choices, loop, socket, choices.below(6));
                            });
            listening.listen(PLACE);
            NetSocket socket = NetSocket.connect(loop, PLACE);
            note(socket, client);
            socket.onConnect(() -> client.append('c'));
            socket.onClose(() -> {
                closes++;
                listening.close();
            });
            first.accept(socket);
            act(choices, loop, socket, choices.below(6));
            loop.run(RunMode.DEFAULT);
        }
    }

    @Test
    void aClientIsToldOfItsConnectionThenDataThenEndThenClose() {
        Property.verify(choices -> {
            run(choices, socket -> {});
            assertThat(CLIENT.matcher(client).matches()).as(client.toString()).isTrue();
        });
    }

    @Test
    void aServersSocketIsToldOfDataThenEndThenClose() {
        Property.verify(choices -> {
            run(choices, socket -> {});
            assertThat(server.isEmpty() || SERVER.matcher(server).matches())
                    .as(server.toString())
                    .isTrue();
        });
    }

    @Test
    void thereIsOneCloseForEachListenerWhateverIsCalledInIt() {
        Property.verify(choices -> {
            run(
                    choices,
                    socket ->
                            socket.onClose(() -> {
                                closes++;
                                socket.destroy();
                                socket.end();
                            }));
            assertThat(closes).isEqualTo(2);
            assertThat(client).endsWith("z").doesNotContain("zz");
        });
    }

    @Test
    void aClientThatIsDestroyedAtOnceIsToldOfTheCloseAlone() {
        Property.verify(choices -> {
            run(choices, NetSocket::destroy);
            assertThat(client).hasToString("z");
        });
    }
}
