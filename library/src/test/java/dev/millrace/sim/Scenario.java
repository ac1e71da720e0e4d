package dev.millrace.sim;

import dev.millrace.kernel.Address;
import dev.millrace.kernel.IpAddress;
import dev.millrace.kernel.SystemError;
import dev.millrace.kernel.UnixAddress;
import dev.millrace.loop.Loop;
import dev.millrace.net.NetServer;
import dev.millrace.net.NetServerOptions;
import dev.millrace.net.NetSocket;
import dev.millrace.net.NetSocketOptions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/**
 * What happens in one run: servers of all kinds, and clients that come and go at random times and
 * do all that clients do. When the last one has left, the servers close, and the loop has nothing
 * more to do.
 */
final class Scenario {
    private static final NetSocketOptions HALF_OPEN =
            NetSocketOptions.DEFAULTS.withAllowHalfOpen(true);
    private static final Address NOBODY = IpAddress.loopback(9);
    private static final Address NO_FILE = UnixAddress.of("/sim/nobody");

    private static final Address[] ECHO = {IpAddress.loopback(7000), UnixAddress.of("/sim/echo")};
    private static final Address[] TALK = {IpAddress.loopback(7001), UnixAddress.of("@talk")};
    private static final Address IDLE = IpAddress.loopback(7002);
    static final Address HTTP = IpAddress.loopback(8080);

    private final Loop loop;
    private final SimDriver driver;
    private final Oracle oracle;
    private final SplittableRandom random;
    private final List<Conversation> conversations = new ArrayList<>();
    private final List<Witness> witnesses = new ArrayList<>();
    private final List<NetServer> servers = new ArrayList<>();
    private final HttpHost http;
    private int expected;
    private int serversClosed;

    Scenario(Loop loop, SimDriver driver, Oracle oracle, SplittableRandom random) {
        this.loop = loop;
        this.driver = driver;
        this.oracle = oracle;
        this.random = random;
        this.http = new HttpHost(this);
    }

    Loop loop() {
        return loop;
    }

    Oracle oracle() {
        return oracle;
    }

    SplittableRandom random() {
        return random;
    }

    /** The socket that {@code connect} has just made; null if there was none to be had. */
    @Nullable SimSocket lastPort() {
        return driver.last();
    }

    Witness witness(int conversation, String role) {
        Witness witness = new Witness(oracle, conversation, role);
        witnesses.add(witness);
        return witness;
    }

    /** Opens the servers, and lets {@code clients} come within a while. */
    void start(int clients) {
        for (Address address : ECHO) {
            serve(address, NetServerOptions.DEFAULTS, this::echo);
        }
        for (Address address : TALK) {
            serve(
                    address,
                    NetServerOptions.DEFAULTS.withAllowHalfOpen(true),
                    socket -> new Host(this, socket, accepted()));
        }
        serve(IDLE, NetServerOptions.DEFAULTS, this::loseInterest);
        http.listen();
        expected = clients;
        long spread = random.nextLong(50_000_000, 3_000_000_000L);
        for (int id = 1; id <= clients; id++) {
            int conversation = id;
            loop.setTimeout(Duration.ofNanos(random.nextLong(spread)), () -> come(conversation));
        }
    }

    private SimSocket accepted() {
        return Objects.requireNonNull(driver.last());
    }

    private void serve(
            Address address,
            NetServerOptions options,
            java.util.function.Consumer<NetSocket> listener) {
        NetServer server = NetServer.create(loop, options, listener);
        server.onClose(() -> serversClosed++);
        servers.add(server.listen(address));
    }

    private void come(int id) {
        switch (random.nextInt(16)) {
            case 0, 1, 2, 3 -> talk(id);
            case 4, 5, 6 -> echoed(id);
            case 7, 8, 9 -> new HttpGuest(this, id).start();
            case 10, 11, 12 -> new HandleGuest(this, id, any(ECHO)).start();
            case 13 -> giveUp(id);
            case 14 -> wait(id);
            default -> findNobody(id);
        }
    }

    private Address any(Address[] addresses) {
        return addresses[random.nextInt(addresses.length)];
    }

    /** A client has left. */
    void left() {
        if (--expected == 0) {
            servers.forEach(NetServer::close);
            http.close();
        }
    }

    private void echo(NetSocket socket) {
        Witness witness = witness(accepted().id, "echo");
        Talker.witness(socket, witness, () -> {});
        socket.onEnd(witness::ended);
        socket.pipeTo(socket);
    }

    private void loseInterest(NetSocket socket) {
        Witness witness = witness(accepted().id, "idle host");
        Talker.witness(socket, witness, () -> {});
        socket.onData(data -> witness.data(data.remaining())).onEnd(witness::ended);
        loop.setTimeout(
                Duration.ofMillis(random.nextInt(50)),
                () -> {
                    if (!socket.isDestroyed()) {
                        witness.destroyed();
                        socket.destroy();
                    }
                });
    }

    private void talk(int id) {
        Payload up = new Payload(id, 0);
        Payload down = new Payload(id, 1);
        client(id, any(TALK), HALF_OPEN, up, down, false);
    }

    private void echoed(int id) {
        Payload payload = new Payload(id, 0);
        client(id, any(ECHO), NetSocketOptions.DEFAULTS, payload, payload, true);
    }

    private void client(
            int id,
            Address to,
            NetSocketOptions options,
            Payload up,
            Payload down,
            boolean isEcho) {
        Witness witness = witness(id, isEcho ? "echo guest" : "guest");
        NetSocket socket = NetSocket.connect(loop, to, options);
        Plan plan = Plan.of(random);
        Talker talker = new Talker(this, witness, socket, lastPort(), plan, up, down);
        conversations.add(new Conversation(id, talker, isEcho));
        talker.listen(this::left);
        boolean isEarly = random.nextBoolean();
        socket.onConnect(() -> {
            witness.connected();
            if (!isEarly) {
                talker.start();
            }
        });
        if (isEarly) {
            // What is written before the connection stands is sent then (row H14).
            talker.start();
        }
    }

    /** The other end of conversation {@code id} is there. */
    Talker host(int id, Witness witness, NetSocket socket, SimSocket port) {
        Talker talker =
                new Talker(
                        this,
                        witness,
                        socket,
                        port,
                        Plan.of(random),
                        new Payload(id, 1),
                        new Payload(id, 0));
        conversations.stream()
                .filter(one -> one.id() == id)
                .findFirst()
                .ifPresentOrElse(
                        one -> one.host = talker,
                        () -> oracle.complain("host", "was called by nobody: " + id));
        return talker;
    }

    private void giveUp(int id) {
        Witness witness = witness(id, "quitter");
        NetSocket socket = NetSocket.connect(loop, any(TALK));
        Talker.witness(socket, witness, this::left);
        socket.onConnect(witness::connected).onData(data -> witness.data(data.remaining()));
        socket.onEnd(witness::ended);
        if (random.nextBoolean()) {
            int number = witness.writing(socket.isWritable() || socket.isConnecting());
            socket.write(new byte[] {1}, 0, 1, error -> witness.written(number, error));
        }
        Runnable quit =
                () -> {
                    if (!socket.isDestroyed()) {
                        witness.destroyed();
                        socket.destroy();
                    }
                };
        switch (random.nextInt(3)) {
            case 0 -> quit.run();
            case 1 -> loop.nextTick(quit);
            default -> loop.setTimeout(Duration.ofNanos(random.nextInt(2_000_000)), quit);
        }
    }

    private void wait(int id) {
        Witness witness = witness(id, "waiter");
        NetSocket socket = NetSocket.connect(loop, IDLE);
        Talker.witness(socket, witness, this::left);
        socket.onConnect(witness::connected).onData(data -> witness.data(data.remaining()));
        socket.onEnd(witness::ended);
    }

    private void findNobody(int id) {
        Witness witness = witness(id, "seeker");
        NetSocket socket = NetSocket.connect(loop, random.nextBoolean() ? NOBODY : NO_FILE);
        Talker.witness(
                socket,
                witness,
                () -> {
                    String code = SystemError.codeOf(Objects.requireNonNull(witness.error()));
                    oracle.require(
                            Set.of("ECONNREFUSED", "ENOENT", "ETIMEDOUT", "EMFILE").contains(code),
                            witness.who(),
                            "found nobody, but " + code);
                    left();
                });
        socket.onConnect(witness::connected);
    }

    /** Those who have not left. */
    List<String> remaining() {
        return witnesses.stream()
                .filter(one -> !one.isClosed())
                .map(one -> one.who() + ": " + one)
                .limit(10)
                .toList();
    }

    /** What must be true when the loop has ended. */
    void verify() {
        for (Witness witness : witnesses) {
            oracle.require(witness.isClosed(), witness.who(), "never closed: " + witness);
        }
        conversations.forEach(one -> one.verify(oracle));
        http.verify();
        oracle.require(
                serversClosed == servers.size(), "servers", "not all were told to be closed");
        for (NetServer server : servers) {
            oracle.require(server.connectionCount() == 0, "server", "counts connections still");
        }
        oracle.require(driver.openCount() == 0, "driver", driver.openCount() + " ports leaked");
        oracle.require(driver.takenAddresses() == 0, "driver", "an address is taken still");
    }
}
