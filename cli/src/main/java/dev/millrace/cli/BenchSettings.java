package dev.millrace.cli;

import dev.millrace.cli.load.LoadPlan;
import dev.millrace.kernel.Address;
import dev.millrace.tls.TlsOptions;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;

/** The options of {@code bench}. */
final class BenchSettings {
    static final String JSON = "--json";
    private static final String CONNECTIONS = "--connections";
    private static final String DURATION = "--duration";
    private static final String REQUESTS = "--requests";
    private static final String PIPELINE = "--pipeline";
    private static final String RATE = "--rate";
    private static final String THREADS = "--threads";
    private static final String WARM_UP = "--warm-up";
    private static final String TIMEOUT = "--timeout";

    private static final int CONNECTIONS_MAX = 50_000;
    private static final int PIPELINE_MAX = 1024;
    private static final int THREADS_MAX = 256;
    private static final int RATE_MAX = 10_000_000;
    private static final int BODY_MAX = 64 << 20;

    /** A number of requests is what ends it then. */
    private static final Duration VERY_LONG = Duration.ofDays(365);

    private BenchSettings() {}

    static List<Option> options() {
        List<Option> options = new ArrayList<>();
        options.add(new Option("-c", CONNECTIONS, "N", "connections in all (default 64)"));
        options.add(new Option("-d", DURATION, "TIME", "how long it counts (default 10s)"));
        options.add(
                new Option("-n", REQUESTS, "N", "send exactly so many instead, without warm-up"));
        options.add(
                new Option("-p", PIPELINE, "N", "requests at once on a connection (default 1)"));
        options.add(new Option("-R", RATE, "N", "so many a second, whatever comes back"));
        options.add(new Option("-t", THREADS, "N", "loops, one thread each (default 1)"));
        options.add(new Option(WARM_UP, "TIME", "before anything counts (default 2s)"));
        options.add(new Option(TIMEOUT, "TIME", "without a byte, or to connect (default 5s)"));
        options.addAll(RequestOptions.options(""));
        options.addAll(ServerTrust.options());
        options.add(Option.flag("", JSON, "report as JSON"));
        return options;
    }

    static LoadPlan read(Arguments arguments, RequestUrl url) {
        RequestOptions request = RequestOptions.read(arguments, "GET");
        byte[] body = request.data().map(data -> data.read(BODY_MAX)).orElse(new byte[0]);
        int connections = number(arguments, CONNECTIONS, CONNECTIONS_MAX).orElse(64);
        int threads = number(arguments, THREADS, THREADS_MAX).orElse(1);
        if (threads > connections) {
            throw new UsageError(
                    THREADS + " " + threads + ": more than connections; use 1 to " + connections);
        }
        Optional<Integer> requests = number(arguments, REQUESTS, Integer.MAX_VALUE);
        Optional<Integer> rate = number(arguments, RATE, RATE_MAX);
        if (requests.isPresent() && arguments.has(WARM_UP)) {
            throw new UsageError(REQUESTS + " sends exactly so many; leave " + WARM_UP + " out");
        }
        boolean isCounted = requests.isPresent();
        int pipeline = number(arguments, PIPELINE, PIPELINE_MAX).orElse(1);
        Duration warmUp =
                arguments
                        .duration(WARM_UP)
                        .orElse(isCounted ? Duration.ZERO : Duration.ofSeconds(2));
        Duration duration =
                positive(arguments, DURATION)
                        .orElse(isCounted ? VERY_LONG : Duration.ofSeconds(10));
        Duration timeout = positive(arguments, TIMEOUT).orElse(Duration.ofSeconds(5));
        if (!url.isSecure() && ServerTrust.isGiven(arguments)) {
            throw new UsageError("URL " + url + " has no TLS to verify; use https");
        }
        Optional<TlsOptions> tls =
                url.isSecure()
                        ? Optional.of(
                                ServerTrust.read(arguments)
                                        .withServerName(url.host())
                                        .withAlpn("http/1.1"))
                        : Optional.empty();
        // The look-up comes last: it may take a while.
        Address target = request.unix().<Address>map(path -> path).orElseGet(url::address);
        return new LoadPlan(
                target,
                bytes(request, url, body),
                request.method().equals("HEAD"),
                connections,
                pipeline,
                threads,
                warmUp,
                duration,
                requests.map(OptionalLong::of).orElse(OptionalLong.empty()),
                rate.map(OptionalDouble::of).orElse(OptionalDouble.empty()),
                timeout,
                tls);
    }

    private static Optional<Integer> number(Arguments arguments, String name, int most) {
        return arguments.number(name, 1, most, "use 1 to " + most);
    }

    private static Optional<Duration> positive(Arguments arguments, String name) {
        Optional<Duration> given = arguments.duration(name);
        if (given.isPresent() && given.get().isZero()) {
            throw new UsageError(name + " 0: it has to be longer");
        }
        return given;
    }

    /** The request as it goes out, over and over. */
    private static byte[] bytes(RequestOptions request, RequestUrl url, byte[] body) {
        StringBuilder head = new StringBuilder(request.method());
        head.append(' ').append(url.target()).append(" HTTP/1.1\r\n");
        if (request.fields().keySet().stream().noneMatch("Host"::equalsIgnoreCase)) {
            head.append("Host: ").append(url.authority()).append("\r\n");
        }
        request.fields()
                .forEach((name, values) ->
                        values.forEach(value ->
                                head.append(name).append(": ").append(value).append("\r\n")));
        if (request.data().isPresent()) {
            head.append("Content-Length: ").append(body.length).append("\r\n");
        }
        byte[] start = head.append("\r\n").toString().getBytes(StandardCharsets.ISO_8859_1);
        byte[] all = Arrays.copyOf(start, start.length + body.length);
        System.arraycopy(body, 0, all, start.length, body.length);
        return all;
    }
}
