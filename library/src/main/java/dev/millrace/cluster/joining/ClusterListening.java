package dev.millrace.cluster.joining;

import dev.millrace.cluster.Cluster;
import dev.millrace.loop.ListenSource;
import dev.millrace.loop.Loop;
import java.util.ServiceLoader;

/** Lets loops join their cluster when they first listen; {@link ServiceLoader} finds it. */
public final class ClusterListening extends ListenSource.Provider {
    /** For {@link ServiceLoader}. */
    public ClusterListening() {}

    @Override
    public String name() {
        return "cluster";
    }

    @Override
    public ListenSource source(Loop loop) {
        return Cluster.isPrimary() ? ListenSource.OWN : new JoiningSource();
    }

    /** {@code ClusterListening}. Any thread. */
    @Override
    public String toString() {
        return "ClusterListening";
    }
}
