package dev.millrace.testing;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.net.spi.InetAddressResolver;
import java.net.spi.InetAddressResolverProvider;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;

/**
 * The JDK's names, and one whose look-up takes as long as a test wants; installed for the whole
 * test process.
 */
public final class SlowNames extends InetAddressResolverProvider {
    /** Resolves to loopback once the latch of {@link #hold} is open. */
    public static final String NAME = "slow.millrace.test";

    /** There is no such name, as getaddrinfo(3) says it. */
    public static final String UNKNOWN = "unknown.millrace.test";

    /** No server answers for it at present, as getaddrinfo(3) says it. */
    public static final String PASSING = "passing.millrace.test";

    private static volatile CountDownLatch gate = new CountDownLatch(0);

    private static final AtomicInteger under = new AtomicInteger();
    private static final AtomicInteger names = new AtomicInteger();
    private static final AtomicInteger peak = new AtomicInteger();
    private static final AtomicInteger onVirtualThreads = new AtomicInteger();

    /** Makes slow look-ups wait until the latch that it answers is open. */
    public static CountDownLatch hold(int count) {
        gate = new CountDownLatch(count);
        peak.set(0);
        onVirtualThreads.set(0);
        return gate;
    }

    @Override
    public InetAddressResolver get(Configuration configuration) {
        InetAddressResolver builtin = configuration.builtinResolver();
        return new InetAddressResolver() {
            @Override
            public Stream<InetAddress> lookupByName(String host, LookupPolicy policy)
                    throws UnknownHostException {
                if (host.endsWith(NAME)) {
                    return slow();
                }
                return switch (host) {
                    case UNKNOWN ->
                            throw new UnknownHostException(host + ": Name or service not known");
                    case PASSING ->
                            throw new UnknownHostException(
                                    host + ": Temporary failure in name resolution");
                    default -> builtin.lookupByName(host, policy);
                };
            }

            @Override
            public String lookupByAddress(byte[] address) throws UnknownHostException {
                return builtin.lookupByAddress(address);
            }
        };
    }

    /** Another slow name: the JDK remembers each, and asks once for those who want the same. */
    public static String another() {
        return names.incrementAndGet() + "." + NAME;
    }

    /** The most slow look-ups at once since the last {@link #hold}. */
    public static int peak() {
        return peak.get();
    }

    /** How many of them were asked on a virtual thread. */
    public static int onVirtualThreads() {
        return onVirtualThreads.get();
    }

    private static Stream<InetAddress> slow() throws UnknownHostException {
        peak.accumulateAndGet(under.incrementAndGet(), Math::max);
        onVirtualThreads.addAndGet(Thread.currentThread().isVirtual() ? 1 : 0);
        try {
            if (!gate.await(LoopFixture.DEADLINE_SECONDS, TimeUnit.SECONDS)) {
                throw new UnknownHostException("nobody opened the gate");
            }
        } catch (InterruptedException e) {
            throw new UnknownHostException("interrupted");
        } finally {
            under.decrementAndGet();
        }
        return Stream.of(InetAddress.getLoopbackAddress());
    }

    @Override
    public String name() {
        return "slow names";
    }
}
