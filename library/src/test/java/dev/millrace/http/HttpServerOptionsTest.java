package dev.millrace.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.net.NetServerOptions;
import dev.millrace.testing.RecordChanges;
import java.time.Duration;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

class HttpServerOptionsTest {
    private static final HttpServerOptions DEFAULTS = HttpServerOptions.DEFAULTS;
    private static final HttpLimits LIMITS = HttpLimits.DEFAULTS.withMaxBodyBytes(7);
    private static final HttpTimeouts TIMEOUTS =
            HttpTimeouts.DEFAULTS.withKeepAlive(Duration.ofDays(1));
    private static final NetServerOptions NET = NetServerOptions.DEFAULTS.withNoDelay(false);

    private static final Map<String, UnaryOperator<HttpServerOptions>> CHANGES =
            Map.of(
                    "limits", options -> options.withLimits(LIMITS),
                    "timeouts", options -> options.withTimeouts(TIMEOUTS),
                    "maxRequestsPerConnection", options -> options.withMaxRequestsPerConnection(3),
                    "allowHalfOpen", options -> options.withAllowHalfOpen(false),
                    "allowUndecodableTargets", options -> options.withAllowUndecodableTargets(true),
                    "net", options -> options.withNet(NET));

    @Test
    void eachChangeIsOfItsOwnComponentAndKeepsAllOthers() {
        RecordChanges.expectEachItsOwn(DEFAULTS, CHANGES);
    }

    @Test
    void theNumberOfConnectionsIsTheServersBelow() {
        HttpServerOptions few = DEFAULTS.withNet(NET).withMaxConnections(5);
        assertThat(few.net()).isEqualTo(NET.withMaxConnections(5));
    }
}
