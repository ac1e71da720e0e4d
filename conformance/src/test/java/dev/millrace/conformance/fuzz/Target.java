package dev.millrace.conformance.fuzz;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import dev.millrace.http.wire.GoldenCorpus;
import dev.millrace.http.wire.WireOracle;
import dev.millrace.proxyprotocol.ProxyHeaderOracle;
import dev.millrace.web.MultipartOracle;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;

/** What conformance/fuzz gives bytes to; {@code -Dmillrace.fuzz} names the one of this process. */
public enum Target {
    REQUEST(WireOracle::request, GoldenCorpus.all("request")),
    RESPONSE(WireOracle::response, GoldenCorpus.all("response")),
    CHUNKED(WireOracle::chunked, behindHeads("request", "(?s).*chunked[^\n]*\r\n\r\n")),
    HOST(WireOracle::host, hosts()),
    MULTIPART(MultipartOracle::check, MultipartOracle.seeds()),
    PROXY(ProxyHeaderOracle::check, ProxyHeaderOracle.seeds());

    private static final class Chosen {
        static final Target TARGET =
                valueOf(System.getProperty("millrace.fuzz", "request").toUpperCase(Locale.ROOT));
    }

    private final Consumer<byte[]> oracle;
    private final List<byte[]> seeds;

    Target(Consumer<byte[]> oracle, List<byte[]> seeds) {
        this.oracle = oracle;
        this.seeds = seeds;
    }

    /** The package of the parser. */
    String room() {
        return switch (this) {
            case PROXY -> "dev.millrace.proxyprotocol";
            case MULTIPART -> "dev.millrace.web";
            case REQUEST, RESPONSE, CHUNKED, HOST -> "dev.millrace.http.wire";
        };
    }

    /** What the corpus starts with. */
    List<byte[]> seeds() {
        return seeds;
    }

    /** Throws if something is wrong. */
    void check(byte[] input) {
        oracle.accept(input);
    }

    /** Jazzer calls it. */
    public static void fuzzerTestOneInput(byte[] input) {
        Chosen.TARGET.check(input);
    }

    private static List<byte[]> behindHeads(String folder, String head) {
        return GoldenCorpus.all(folder).stream()
                .map(input -> new String(input, ISO_8859_1))
                .filter(text -> text.matches(head + ".+"))
                .map(text -> text.replaceFirst(head, "").getBytes(ISO_8859_1))
                .toList();
    }

    private static List<byte[]> hosts() {
        return GoldenCorpus.all("request").stream()
                .map(input -> new String(input, ISO_8859_1))
                .filter(text -> text.matches("(?s)GET / HTTP/1.1\r\nHost: [^\r\n]+\r\n\r\n"))
                .map(text -> text.substring(22).strip().getBytes(ISO_8859_1))
                .toList();
    }
}
