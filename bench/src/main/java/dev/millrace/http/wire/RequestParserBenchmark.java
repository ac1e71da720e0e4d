package dev.millrace.http.wire;

import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * A request through the parser. No string is asked for, so no allocation is expected. The parser is
 * not public outside its package, which this class therefore shares.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class RequestParserBenchmark {
    private static final String TINY = "GET / HTTP/1.1\r\nHost: localhost:8080\r\n\r\n";
    private static final String BROWSER =
            """
            GET /assets/app.js?v=17 HTTP/1.1
            Host: localhost:8080
            User-Agent: Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0
            Accept: text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8
            Accept-Language: en-US,en;q=0.5
            Accept-Encoding: gzip, deflate, br, zstd
            Connection: keep-alive
            Cookie: session=0123456789abcdef0123456789abcdef; theme=dark
            Upgrade-Insecure-Requests: 1
            Priority: u=0, i

            """
                    .replace("\n", "\r\n");

    private static final WireLimits LIMITS =
            new WireLimits(8 << 10, 16 << 10, 1000, 16 << 10, Long.MAX_VALUE);

    /** Which request. */
    @Param({"tiny", "browser", "tiny x 16"})
    public String request = "tiny";

    private final RequestParser parser = new RequestParser(LIMITS);
    private final Counter counter = new Counter();
    private byte[] bytes = {};

    /** Makes the bytes. */
    @Setup
    public void prepare() {
        String text =
                switch (request) {
                    case "browser" -> BROWSER;
                    case "tiny x 16" -> TINY.repeat(16);
                    default -> TINY;
                };
        bytes = text.getBytes(StandardCharsets.US_ASCII);
    }

    /** All bytes in one call. */
    @Benchmark
    public long parse() {
        parser.parse(bytes, 0, bytes.length, counter);
        return counter.messages;
    }

    private static final class Counter implements RequestEvents {
        private long messages;

        @Override
        public void onMessageBegin() {}

        @Override
        public void onHead(RequestParser head) {}

        @Override
        public void onBody(byte[] array, int offset, int length) {}

        @Override
        public void onTrailers(byte[] array, int start, int end) {}

        @Override
        public void onMessageEnd() {
            messages++;
        }
    }
}
