package dev.millrace.bench;

import java.io.IOException;
import java.util.Set;

/**
 * A kind of server that takes part.
 *
 * @param jvm whether it needs a long warm-up and can be asked for a collection
 * @param services what it can do
 * @param unix whether it can listen on a Unix socket
 * @param maker how it is started; installs or compiles on first use
 */
record Peer(String name, boolean jvm, Set<Service> services, boolean unix, Maker maker) {

    interface Maker {
        Command command(Service service, Endpoint at)
                throws LeftOut, IOException, InterruptedException;
    }

    boolean takesPartIn(Workload workload, Service service) {
        return services.contains(service) && (unix || !workload.unix());
    }
}
