package dev.millrace.driver;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** {@link Driver}'s promises about accepting (4, 5). */
public abstract class DriverAcceptContract extends DriverContract {
    private List<End> connected(End listener, int count) {
        List<End> clients = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            clients.add(connecting(listener));
        }
        clients.forEach(client -> expect(client, "connect 0"));
        return clients;
    }

    @Test
    void nothingIsAcceptedBeforeTheStart() {
        End listener = listener();
        connected(listener, 3);
        settle();
        assertThat(listener.seen).isEmpty();
        driver.acceptStart(listener.port, 1);
        expect("all three", () -> listener.accepted.size() == 3);
    }

    @Test
    @Tag("D1")
    void oneDispatchAcceptsNoMoreThanAsked() {
        End listener = listener();
        connected(listener, 7);
        settle();
        driver.acceptStart(listener.port, 3);
        List<Integer> counts = new ArrayList<>();
        expect(
                "all seven",
                () -> {
                    poll(
                            0,
                            callback -> {
                                int before = listener.accepted.size();
                                enter(callback);
                                counts.add(listener.accepted.size() - before);
                            });
                    return listener.accepted.size() == 7;
                });
        assertThat(counts).allMatch(count -> count <= 3).contains(3);
    }

    /** Also in the middle of a batch: what is not taken waits in the kernel. */
    @Test
    void aStopInsideTheCallbackEndsTheBatch() {
        End listener = listener();
        connected(listener, 5);
        settle();
        End stopping =
                new End(listener.port) {
                    @Override
                    public void onAccept(Port connection) {
                        super.onAccept(connection);
                        driver.acceptStop(port);
                    }
                };
        for (int taken = 1; taken <= 5; taken++) {
            driver.acceptStart(listener.port, 100);
            int expected = taken;
            expect("one more", () -> stopping.accepted.size() == expected);
            settle();
            assertThat(stopping.accepted).hasSize(taken);
        }
        driver.acceptStart(listener.port, 100);
        settle();
        assertThat(stopping.accepted).hasSize(5);
    }

    @Test
    void aStopBeforeThePollHoldsBackWhatWaits() {
        End listener = accepting();
        connected(listener(), 0);
        driver.acceptStop(listener.port);
        connected(listener, 2);
        settle();
        assertThat(listener.seen).isEmpty();
        driver.acceptStart(listener.port, 1);
        expect("both", () -> listener.accepted.size() == 2);
    }

    @Test
    void aListenerClosedInItsCallbackAcceptsNoMore() {
        End listener = listener();
        connected(listener, 3);
        settle();
        End closing =
                new End(listener.port) {
                    @Override
                    public void onAccept(Port connection) {
                        super.onAccept(connection);
                        driver.close(port);
                    }
                };
        driver.acceptStart(closing.port, 100);
        expect(closing, "accept");
        settle();
        assertThat(closing.seen).containsExactly("accept");
        End server = closing.accepted.getFirst();
        server.send("still served");
        assertThat(driver.localAddress(server.port)).isNotNull();
    }

    @Test
    void aConnectionThatHasEndedAlreadyIsAcceptedWithItsBytesAndItsEnd() {
        End listener = listener();
        End client = connected(listener, 1).getFirst();
        client.send("last words");
        driver.close(client.port);
        driver.acceptStart(listener.port, 1);
        expect(listener, "accept");
        End server = listener.accepted.getFirst().read();
        expect(server, "end");
        assertThat(server.text()).isEqualTo("last words");
    }

    @Test
    void connectionsOfTwoListenersAreNotMixedUp() {
        End one = accepting();
        End two = accepting();
        connected(one, 2);
        connected(two, 3);
        expect("all", () -> one.accepted.size() + two.accepted.size() == 5);
        assertThat(one.accepted).hasSize(2);
        assertThat(two.accepted).hasSize(3);
    }
}
