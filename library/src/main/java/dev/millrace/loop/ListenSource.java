package dev.millrace.loop;

import dev.millrace.kernel.IpAddress;
import dev.millrace.kernel.ListenOptions;
import java.io.IOException;
import java.util.ServiceLoader;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Where a loop's listeners get their sockets from. The default opens one; a {@link LoopGroup}
 * shares one among its loops; a cluster's worker asks its primary, and answers when that has.
 *
 * {@snippet class="dev.millrace.loop.LoopExamplesTest" region="listenSource"}
 */
@FunctionalInterface
public interface ListenSource {
    /**
     * Gives each loop of this process its first source, before the program has the loop: found by
     * {@link ServiceLoader}, where the environment's {@value #VARIABLE} has its {@link #name}. So a
     * program listens on sockets of another process without a change to it.
     *
     * {@snippet class="dev.millrace.loop.ListenSourceProviderTest" region="provider"}
     */
    abstract class Provider {
        /** The environment variable that asks for a provider, by its name. */
        public static final String VARIABLE = "MILLRACE_LISTEN_SOURCE";

        /** A provider; {@link ServiceLoader} calls it once for each loop. */
        protected Provider() {}

        /** What the variable says of it. */
        public abstract String name();

        /** The source of a new loop, on whose thread this runs. */
        public abstract ListenSource source(Loop loop);

        /**
         * The first source of {@code loop}.
         *
         * @throws IllegalStateException if there is no such provider; the loop is closed then
         */
        static ListenSource first(Loop loop) {
            String name = System.getenv(VARIABLE);
            if (name == null || name.isEmpty()) {
                return OWN;
            }
            ClassLoader ours = Loop.class.getClassLoader();
            for (Provider one : ServiceLoader.load(Provider.class, ours)) {
                if (one.name().equals(name)) {
                    return one.source(loop);
                }
            }
            loop.close();
            throw new IllegalStateException(
                    "the environment variable "
                            + VARIABLE
                            + " asks for the provider "
                            + name
                            + ", which there is not: unset it, or add the jar that has it");
        }
    }

    /** Opens a socket for the asking loop alone. */
    ListenSource OWN =
            attempt -> {
                attempt.handle().bind(attempt.address());
                attempt.handle().open();
                attempt.listens();
            };

    /**
     * Is asked for every listener that is not {@linkplain ListenOptions#exclusive exclusive}. Makes
     * the attempt's handle listen at its address, without accepting yet, and answers the attempt,
     * now or on a later turn. On the loop's thread. A source that answers later looks at {@link
     * ListenAttempt#isCancelled} before it touches the handle, which is closed then.
     *
     * @throws IOException if it can't; that answers as {@link ListenAttempt#failed} does
     */
    void open(ListenAttempt attempt) throws IOException;

    /**
     * Binds {@code handle} to {@code address}, by itself or with a socket from elsewhere, now or on
     * a later turn. On the loop's thread. A source that is done later looks whether the handle is
     * closed before it touches it.
     *
     * @param outcome gets null when it is bound, or why it is not, once
     */
    default void bind(
            UdpHandle handle, IpAddress address, Consumer<? super @Nullable IOException> outcome) {
        IOException error = null;
        try {
            handle.bind(address);
        } catch (IOException e) {
            error = e;
        }
        outcome.accept(error);
    }

    /**
     * Makes {@code handle} serve the listening socket behind {@code descriptor}, which is this
     * process's own; at once, as {@link ListenHandle#open(int)} does. On the loop's thread.
     */
    default void open(ListenHandle handle, int descriptor) throws IOException {
        handle.open(descriptor);
    }

    /**
     * Whether several loops may serve one descriptor by {@link #open(ListenHandle, int)}, as those
     * of a {@link LoopGroup} do; otherwise the first handle closes it. On the loop's thread.
     */
    default boolean isShared() {
        return false;
    }

    /**
     * A listener or a datagram socket of the loop closes, be it of this source or not. Runs inside
     * its {@code close}.
     */
    default void closed(Handle handle) {}
}
