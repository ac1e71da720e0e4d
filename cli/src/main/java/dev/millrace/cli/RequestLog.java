package dev.millrace.cli;

import dev.millrace.http.HttpExchange;
import dev.millrace.http.HttpServer;
import dev.millrace.http.ServerRequest;
import dev.millrace.kernel.Address;
import dev.millrace.kernel.IpAddress;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * A line for each request when its response is over: short on a console, in the Combined Log Format
 * in a file. What a client sends can't begin a line of its own.
 */
final class RequestLog {
    private static final DateTimeFormatter CLOCK = DateTimeFormatter.ofPattern("HH:mm:ss");
    private static final DateTimeFormatter COMBINED =
            DateTimeFormatter.ofPattern("dd/MMM/yyyy:HH:mm:ss Z", Locale.ROOT);

    private final Consumer<? super HttpExchange> receiver;

    private RequestLog(Consumer<? super HttpExchange> receiver) {
        this.receiver = receiver;
    }

    static RequestLog onConsole() {
        PrintStream out = Console.out();
        ZoneId zone = ZoneId.systemDefault();
        return new RequestLog(exchange -> out.println(onConsole(exchange, Instant.now(), zone)));
    }

    static RequestLog toFile(Path path) throws IOException {
        LogFile file = LogFile.open(path);
        ZoneId zone = ZoneId.systemDefault();
        return new RequestLog(exchange -> file.add(combined(exchange, Instant.now(), zone) + "\n"));
    }

    /** {@code 14:45:10 GET /a.txt 200 1234 B 3 ms}. */
    static String onConsole(HttpExchange exchange, Instant now, ZoneId zone) {
        return "%s %s %s %d %d B %d ms"
                .formatted(
                        CLOCK.format(ZonedDateTime.ofInstant(now, zone)),
                        exchange.request().isEmpty() ? "-" : escape(exchange.method()),
                        exchange.request().isEmpty() ? "-" : exchange.target(),
                        exchange.status(),
                        exchange.bodyBytes(),
                        exchange.duration().toMillis());
    }

    static String combined(HttpExchange exchange, Instant now, ZoneId zone) {
        Optional<ServerRequest> request = exchange.request();
        String line =
                request.map(of -> of.method() + " " + of.target() + " HTTP/" + of.version())
                        .orElse("-");
        return "%s - - [%s] \"%s\" %d %s \"%s\" \"%s\""
                .formatted(
                        exchange.remoteAddress().map(RequestLog::host).orElse("-"),
                        COMBINED.format(ZonedDateTime.ofInstant(now, zone)),
                        escape(line),
                        // As nginx says of a client that has left before there was a response.
                        exchange.status() == 0 ? 499 : exchange.status(),
                        exchange.bodyBytes() == 0 ? "-" : exchange.bodyBytes(),
                        escape(request.flatMap(of -> of.header("Referer")).orElse("-")),
                        escape(request.flatMap(of -> of.header("User-Agent")).orElse("-")));
    }

    /** As Apache does: quotes, backslashes and what is not printable. */
    private static String escape(String text) {
        StringBuilder escaped = new StringBuilder(text.length());
        for (int at = 0; at < text.length(); at++) {
            char c = text.charAt(at);
            if (c == '"' || c == '\\') {
                escaped.append('\\').append(c);
            } else if (c >= ' ' && c < 0x7f) {
                escaped.append(c);
            } else {
                escaped.append("\\x%02x".formatted((int) c));
            }
        }
        return escaped.toString();
    }

    /** Writes down what {@code server} serves from now on. */
    void follow(HttpServer server) {
        server.onExchange(receiver);
    }

    private static String host(Address address) {
        return address instanceof IpAddress ip ? ip.host().getHostAddress() : "-";
    }
}
