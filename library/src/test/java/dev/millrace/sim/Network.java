package dev.millrace.sim;

import dev.millrace.kernel.Address;
import dev.millrace.kernel.IpAddress;
import dev.millrace.kernel.UnixAddress;
import dev.millrace.sys.Errno;
import java.net.InetAddress;

/**
 * What lies between the sockets of a simulated machine: handshakes, wires, and what becomes of
 * both. Nothing here calls back; sockets are touched, and the driver looks at them in its next
 * poll.
 */
final class Network {
    private static final long MILLI = 1_000_000;
    private static final long SECOND = 1_000 * MILLI;

    /** Linux sends a SYN again after 1, 2, 4, 8, 16 and 32 s (tcp_syn_retries). */
    private static final int SYN_RETRIES = 6;

    final Agenda agenda;
    final Dice dice;
    final EventLog log;
    final AddressBook addresses = new AddressBook();
    private int sockets;

    Network(Agenda agenda, Dice dice, EventLog log) {
        this.agenda = agenda;
        this.dice = dice;
        this.log = log;
    }

    int nextId() {
        return ++sockets;
    }

    void note(String what, SimSocket whose, long amount) {
        log.add(agenda.now(), what, whose.id, amount);
    }

    /** How long something is under way, in nanoseconds; most often not at all. */
    long delay() {
        return dice.strikes(Fault.DELAY) ? dice.upTo((int) (3 * MILLI)) : 0;
    }

    /** 0, {@code -EINPROGRESS} or a negated errno. */
    int connect(SimSocket client, Address to) {
        return to instanceof UnixAddress path ? connectUnix(client, path) : connectTcp(client, to);
    }

    private int connectUnix(SimSocket client, UnixAddress path) {
        SimSocket listener = addresses.listener(path);
        if (listener == null) {
            boolean isRefused = path.isAbstract() || addresses.hasFile(path);
            return -(isRefused ? Errno.ECONNREFUSED : Errno.ENOENT);
        }
        if (listener.acceptor().isFull()) {
            return -Errno.EAGAIN;
        }
        client.remote = path;
        establish(client, listener);
        client.connected();
        return 0;
    }

    private int connectTcp(SimSocket client, Address to) {
        IpAddress target = (IpAddress) to;
        if (client.local == null) {
            InetAddress host =
                    target.host().isAnyLocalAddress()
                            ? IpAddress.loopback(0).host()
                            : target.host();
            addresses.bind(client, new IpAddress(host, 0));
        }
        client.remote = target;
        SimSocket listener = addresses.listener(target);
        boolean isFree = listener != null && !listener.acceptor().isFull();
        if (isFree && dice.strikes(Fault.IMMEDIATE_CONNECT)) {
            establish(client, listener);
            client.connected();
            return 0;
        }
        client.connecting();
        if (dice.strikes(Fault.CONNECT_TIMEOUT)) {
            client.fate = Fate.UNANSWERED;
            agenda.at(agenda.now() + 127 * SECOND, () -> client.connectEnds(Errno.ETIMEDOUT));
        } else if (dice.strikes(Fault.REFUSE)) {
            client.fate = Fate.REFUSED;
            agenda.at(agenda.now() + delay(), () -> client.connectEnds(Errno.ECONNREFUSED));
        } else {
            agenda.at(agenda.now() + delay(), () -> synArrives(client, target, 0));
        }
        return -Errno.EINPROGRESS;
    }

    private void synArrives(SimSocket client, IpAddress target, int attempt) {
        if (client.isClosed) {
            return;
        }
        SimSocket listener = addresses.listener(target);
        if (listener == null) {
            agenda.at(agenda.now() + delay(), () -> client.connectEnds(Errno.ECONNREFUSED));
        } else if (!listener.acceptor().isFull()) {
            SimSocket server = establish(client, listener);
            server.out().inOrder(() -> client.connectEnds(0));
        } else {
            // A full backlog drops the SYN, which is sent again, and again.
            long again = agenda.now() + (SECOND << attempt);
            agenda.at(
                    again,
                    () -> {
                        if (attempt < SYN_RETRIES) {
                            synArrives(client, target, attempt + 1);
                        } else {
                            client.connectEnds(Errno.ETIMEDOUT);
                        }
                    });
        }
    }

    private SimSocket establish(SimSocket client, SimSocket listener) {
        SimSocket server = new SimSocket(client.driver(), this);
        Wire up = new Wire(this, server, capacity(listener));
        Wire down = new Wire(this, client, capacity(client));
        server.join(client, up, down);
        client.join(server, down, up);
        server.local = client.remote;
        server.remote = client.local;
        server.connected();
        listener.acceptor().queue(server);
        note("established", client, server.id);
        if (dice.strikes(Fault.RESET)) {
            agenda.at(soon(300), () -> breakOff(client, server));
        } else if (dice.strikes(Fault.BLACK_HOLE)) {
            agenda.at(soon(300), () -> swallow(client, server));
        }
        return server;
    }

    private int capacity(SimSocket socket) {
        int asked = socket.bufferBytes();
        return asked > 0 ? asked : 1024 << dice.below(8);
    }

    private long soon(int millis) {
        return agenda.now() + dice.between(0, millis * MILLI);
    }

    /** Somebody between the two ends resets both. */
    private void breakOff(SimSocket client, SimSocket server) {
        if (!client.isClosed && !server.isClosed) {
            client.fate = Fate.RESET;
            server.fate = Fate.RESET;
            client.in().dropUnderWay();
            server.in().dropUnderWay();
            client.resetArrives(Errno.ECONNRESET);
            agenda.at(agenda.now() + delay(), () -> server.resetArrives(Errno.ECONNRESET));
        }
    }

    /** Nothing gets through any more. Keep-alive probes tell both ends, late. */
    private void swallow(SimSocket client, SimSocket server) {
        if (!client.isClosed && !server.isClosed) {
            client.fate = Fate.BLACK_HOLE;
            server.fate = Fate.BLACK_HOLE;
            for (SimSocket end : new SimSocket[] {client, server}) {
                end.in().dropUnderWay();
                end.in().isBlackHole = true;
                agenda.at(soon(60_000), () -> end.resetArrives(Errno.ETIMEDOUT));
            }
        }
    }

    /** {@code from} sends a reset. */
    void reset(SimSocket from) {
        SimSocket peer = from.peer();
        if (peer != null) {
            from.out().inOrder(() -> peer.resetArrives(Errno.ECONNRESET));
        }
    }

    /** What close(2) does to the connection of {@code socket}. */
    void leave(SimSocket socket, boolean isLingerZero) {
        SimSocket peer = socket.peer();
        if (peer == null || socket.isBroken) {
            return;
        }
        boolean isUnread = socket.in().available() > 0;
        if (isLingerZero && dice.below(2) == 0) {
            // Some of what was written may be on its way already, or not.
            socket.out().dropUnderWay();
        }
        if (isLingerZero || isUnread || socket.isUnestablished()) {
            reset(socket);
        } else if (!socket.out().isFinSent) {
            socket.out().sendFin();
        }
    }
}
