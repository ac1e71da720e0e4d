package dev.millrace.net;

import dev.millrace.dns.NameLookup;
import dev.millrace.loop.Loop;
import dev.millrace.loop.Work;
import java.net.InetAddress;
import java.util.List;
import java.util.concurrent.CompletionStage;

/**
 * Who knows the addresses of a name: the hook of {@link NameOptions} for another source than the
 * system's, such as a table, a DNS client, or a resolver that blocks and is offloaded.
 *
 * {@snippet class="dev.millrace.net.ConnectExamplesTest" region="resolver"}
 *
 * IP literals are not asked for. For a whole process the JDK's own hook stands below {@link
 * #SYSTEM}: {@link java.net.spi.InetAddressResolverProvider}.
 */
@FunctionalInterface
public interface NameResolver {
    /**
     * The JDK's, which asks the system (hosts file, DNS). It blocks, and so runs off the loop, on 4
     * threads of the process for nothing but names; 1,024 more wait, and the next fails with
     * EAI_AGAIN. A name that hangs occupies one of these threads, whatever becomes of its socket.
     */
    NameResolver SYSTEM = (loop, host, family) -> NameLookup.ofSystem(loop, host);

    /**
     * Looks {@code host} up. On the loop's thread, which must not wait here; any thread may
     * complete the stage. How many look-ups run at once is the resolver's own affair.
     *
     * <p>An {@link java.net.UnknownHostException} counts as ENOTFOUND, and so does an empty list; a
     * {@link dev.millrace.kernel.SystemError} is told as it is, and anything else as the cause of
     * an EAI_FAIL. A {@link Work} is cancelled when the socket is destroyed; the outcome of another
     * stage is dropped then.
     *
     * @param family what the caller has use for; other addresses are passed over
     */
    CompletionStage<List<InetAddress>> resolve(Loop loop, String host, AddressFamily family);
}
