package dev.millrace.cluster.joining;

import dev.millrace.cluster.Cluster;
import dev.millrace.kernel.IpAddress;
import dev.millrace.loop.Handle;
import dev.millrace.loop.ListenAttempt;
import dev.millrace.loop.ListenSource;
import dev.millrace.loop.Loop;
import dev.millrace.loop.UdpHandle;
import dev.millrace.net.NetServer;
import dev.millrace.net.Successor;
import dev.millrace.net.SuccessorSource;
import java.io.IOException;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The source of a loop that is no worker's yet: the first loop of the process that listens joins
 * the cluster, and from then on has the worker's source in place of this one. A source that the
 * program has put in front of this one stays there.
 *
 * <pre>
 *   waiting ──the loop listens, as the first of the process──▶ joined
 *      └──the loop listens, and another one has joined──▶ refused: a worker has one loop
 * </pre>
 */
final class JoiningSource implements ListenSource, SuccessorSource {
    /** The name of the thread whose loop has joined. */
    private static final AtomicReference<@Nullable String> JOINED = new AtomicReference<>();

    /** The worker's, once the loop has joined. */
    private @Nullable ListenSource joined;

    @Override
    public void open(ListenAttempt attempt) throws IOException {
        join(attempt.handle().loop()).open(attempt);
    }

    @Override
    public void bind(
            UdpHandle handle, IpAddress address, Consumer<? super @Nullable IOException> outcome) {
        ListenSource joined;
        try {
            joined = join(handle.loop());
        } catch (IOException refused) {
            outcome.accept(refused);
            return;
        }
        joined.bind(handle, address, outcome);
    }

    @Override
    public void listens(NetServer server) {
        SuccessorSource.of(joined).listens(server);
    }

    @Override
    public @Nullable Successor successor(NetServer server) {
        return SuccessorSource.of(joined).successor(server);
    }

    @Override
    public void full(NetServer server, boolean isFull) {
        SuccessorSource.of(joined).full(server, isFull);
    }

    @Override
    public void closed(Handle handle) {
        if (joined != null) {
            joined.closed(handle);
        }
    }

    private ListenSource join(Loop loop) throws IOException {
        if (joined == null) {
            if (!JOINED.compareAndSet(null, loop.threadName())) {
                throw new IOException(
                        "a worker of a cluster listens on one loop, and that of the thread "
                                + JOINED.get()
                                + " does already: give the program one loop, and as many workers");
            }
            ListenSource asking = loop.listenSource();
            Cluster.join(loop);
            joined = loop.listenSource();
            if (asking != this) {
                // It stands in front of this one, inherited sockets for instance, and stays there.
                loop.listenSource(asking);
            }
        }
        return joined;
    }
}
