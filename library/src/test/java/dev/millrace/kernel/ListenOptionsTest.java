package dev.millrace.kernel;

import dev.millrace.testing.RecordChanges;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

class ListenOptionsTest {
    private static final UnixListenOptions UNIX =
            UnixListenOptions.DEFAULTS.withTakeOverStale(true);

    private static final Map<String, UnaryOperator<ListenOptions>> CHANGES =
            Map.of(
                    "backlog", options -> options.withBacklog(7),
                    "ipv6Only", options -> options.withIpv6Only(true),
                    "reusePort", options -> options.withReusePort(true),
                    "exclusive", options -> options.withExclusive(true),
                    "acceptsPerWakeUp", options -> options.withAcceptsPerWakeUp(3),
                    "unix", options -> options.withUnix(UNIX));

    @Test
    void eachChangeIsOfItsOwnComponentAndKeepsAllOthers() {
        RecordChanges.expectEachItsOwn(ListenOptions.DEFAULTS, CHANGES);
    }
}
