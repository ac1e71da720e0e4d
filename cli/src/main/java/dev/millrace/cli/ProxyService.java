package dev.millrace.cli;

import dev.millrace.kernel.Address;
import dev.millrace.kernel.BufferSource;
import dev.millrace.loop.Loop;
import dev.millrace.net.NetServer;
import dev.millrace.net.NetSocket;
import dev.millrace.tls.TlsOptions;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;

/** Carries each connection to the target, on one loop. */
final class ProxyService implements Service {
    /**
     * The most that one read takes: more than the loop's own, since what comes is passed on whole.
     */
    private static final int BUFFER_BYTES = 256 * 1024;

    private final Loop loop;
    private final ProxySettings settings;
    private final ProxyStatistics statistics;
    private final Complaints complaints;
    private final List<NetServer> servers = new ArrayList<>();
    private final Set<ProxyPair> pairs = new HashSet<>();

    /** Lent to each read. */
    private final BufferSource buffer;

    private Runnable endStatistics = () -> {};

    // Of the connections that are over.
    private long unreached;
    private long cut;
    private long there;
    private long back;

    ProxyService(Loop loop, ProxySettings settings, ProxyStatistics statistics) {
        this.loop = loop;
        this.settings = settings;
        this.statistics = statistics;
        this.complaints = new Complaints(loop);
        ByteBuffer room = ByteBuffer.allocate(BUFFER_BYTES);
        this.buffer = suggested -> room;
        if (settings.target() instanceof Endpoint.Unix unix
                && unix.path().isAbstract()
                && loop.driverName().equals("nio")) {
            throw new Failure(
                    "TARGET "
                            + unix
                            + ": the driver nio knows no abstract names; use a path, or --driver"
                            + " epoll");
        }
    }

    @Override
    public Loop loop() {
        return loop;
    }

    @Override
    public void listen(Address address, Runnable onListening, Consumer<IOException> onError) {
        NetServer server = NetServer.create(loop, settings.ofServer(), this::accepted);
        server.onListening(() -> {
            onListening.run();
            endStatistics = statistics.begin(loop, this::count);
        });
        servers.add(server.onError(onError).listen(address));
    }

    private void accepted(NetSocket client) {
        NetSocket target = settings.target().connect(loop, settings.ofTarget(client));
        client.bufferSource(buffer);
        target.bufferSource(buffer);
        pairs.add(new ProxyPair(client, target, settings.idleTimeout(), this::ended));
    }

    private void ended(ProxyPair pair) {
        pairs.remove(pair);
        cut += pair.isCut() ? 1 : 0;
        there += pair.there();
        back += pair.back();
        pair.unreachable()
                .ifPresent(error -> {
                    unreached++;
                    complaints.add(
                            "TARGET " + settings.target() + " can't be reached: " + reason(error));
                });
    }

    private static String reason(IOException error) {
        return Console.oneLine(error) + "; start its server, or name another TARGET";
    }

    private ProxyCount count() {
        long served = 0;
        long dropped = 0;
        for (NetServer server : servers) {
            served += server.acceptedCount();
            dropped += server.droppedCount();
        }
        long nowThere = there;
        long nowBack = back;
        for (ProxyPair pair : pairs) {
            nowThere += pair.there();
            nowBack += pair.back();
        }
        return new ProxyCount(pairs.size(), served, unreached, cut, dropped, nowThere, nowBack);
    }

    @Override
    public List<Address> addresses() {
        return servers.stream().flatMap(server -> server.address().stream()).toList();
    }

    @Override
    public void reloadTls(TlsOptions tls) {
        servers.forEach(server -> server.reloadTls(tls));
    }

    @Override
    public void finish() {
        servers.forEach(NetServer::close);
        endStatistics.run();
    }

    /** What is cut off must not look complete. */
    @Override
    public void abort() {
        List.copyOf(pairs).forEach(ProxyPair::cut);
        complaints.flush();
    }
}
