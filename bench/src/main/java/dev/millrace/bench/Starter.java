package dev.millrace.bench;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * Starts and checks the servers of a workload; one that can't take part is left out with one line.
 */
final class Starter {

    private final Layout layout;
    private final Peers peers;
    private final Options options;
    private final List<String> leftOut = new ArrayList<>();

    Starter(Layout layout, Peers peers, Options options) {
        this.layout = layout;
        this.peers = peers;
        this.options = options;
    }

    List<Peer> peers(Workload workload, Service service) {
        return peers.all(workload, options.suts()).stream()
                .filter(peer -> options.wants(peer.name()) && peer.takesPartIn(workload, service))
                .toList();
    }

    /** All servers of a workload, stopped. */
    List<Contender> startAll(Workload workload, Service service)
            throws IOException, InterruptedException {
        List<Contender> contenders = new ArrayList<>();
        for (Peer peer : peers(workload, service)) {
            try {
                Contender contender = start(peer, workload, service);
                contender.process().stop();
                contenders.add(contender);
            } catch (LeftOut reason) {
                leaveOut(reason);
            }
        }
        return contenders;
    }

    Contender start(Peer peer, Workload workload, Service service)
            throws LeftOut, IOException, InterruptedException {
        Endpoint at = workload.unix() ? Endpoint.path(peer.name()) : Endpoint.freePort();
        ServerProcess process = ServerProcess.start(peer, service, at, layout);
        try {
            return new Contender(process, Check.answers(process, workload, service));
        } catch (LeftOut | IOException | InterruptedException failed) {
            process.close();
            throw failed;
        }
    }

    void leaveOut(LeftOut reason) {
        System.err.println("left out: " + reason.getMessage());
        if (!leftOut.contains(reason.getMessage())) {
            leftOut.add(reason.getMessage());
        }
    }

    List<String> leftOut() {
        return leftOut;
    }
}
