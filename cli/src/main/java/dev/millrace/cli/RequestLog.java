package dev.millrace.cli;

import dev.millrace.http.HttpHandler;
import dev.millrace.http.ServerRequest;
import dev.millrace.http.ServerResponse;
import dev.millrace.kernel.Address;
import dev.millrace.kernel.IpAddress;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.function.Consumer;

/**
 * A line for each request when its response is over: short on a console, in the Combined Log Format
 * in a file. What a client sends can't begin a line of its own.
 */
final class RequestLog {
    private static final DateTimeFormatter CLOCK = DateTimeFormatter.ofPattern("HH:mm:ss");
    private static final DateTimeFormatter COMBINED =
            DateTimeFormatter.ofPattern("dd/MMM/yyyy:HH:mm:ss Z", Locale.ROOT);

    /** What is known of a request when its response is over. */
    record Entry(
            String host,
            Instant began,
            String method,
            String target,
            String version,
            int status,
            long bytes,
            String referer,
            String agent,
            Duration taken) {}

    private final Consumer<? super Entry> receiver;

    private RequestLog(Consumer<? super Entry> receiver) {
        this.receiver = receiver;
    }

    static RequestLog onConsole() {
        PrintStream out = Console.out();
        ZoneId zone = ZoneId.systemDefault();
        return new RequestLog(entry -> out.println(onConsole(entry, zone)));
    }

    static RequestLog toFile(Path path) throws IOException {
        LogFile file = LogFile.open(path);
        ZoneId zone = ZoneId.systemDefault();
        return new RequestLog(entry -> file.add(combined(entry, zone) + "\n"));
    }

    /** {@code 14:45:10 GET /a.txt 200 1234 B 3 ms}. */
    static String onConsole(Entry entry, ZoneId zone) {
        return "%s %s %s %d %d B %d ms"
                .formatted(
                        CLOCK.format(ZonedDateTime.ofInstant(entry.began(), zone)),
                        escape(entry.method()),
                        escape(entry.target()),
                        entry.status(),
                        entry.bytes(),
                        entry.taken().toMillis());
    }

    static String combined(Entry entry, ZoneId zone) {
        return "%s - - [%s] \"%s %s HTTP/%s\" %d %s \"%s\" \"%s\""
                .formatted(
                        entry.host(),
                        COMBINED.format(ZonedDateTime.ofInstant(entry.began(), zone)),
                        escape(entry.method()),
                        escape(entry.target()),
                        entry.version(),
                        entry.status(),
                        entry.bytes() == 0 ? "-" : entry.bytes(),
                        escape(entry.referer()),
                        escape(entry.agent()));
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

    /** {@code handler}, with its requests written down. */
    HttpHandler before(HttpHandler handler) {
        return (request, response) -> {
            Instant began = Instant.now();
            long start = System.nanoTime();
            String host = request.socket().remoteAddress().map(RequestLog::host).orElse("-");
            response.onClose(() -> receiver.accept(entry(request, response, host, began, start)));
            handler.handle(request, response);
        };
    }

    private static Entry entry(
            ServerRequest request,
            ServerResponse response,
            String host,
            Instant began,
            long start) {
        return new Entry(
                host,
                began,
                request.method(),
                request.target(),
                request.version(),
                // As nginx says of a client that has left before there was a response.
                response.isHeadSent() ? response.status() : 499,
                response.bodyBytes(),
                request.header("Referer").orElse("-"),
                request.header("User-Agent").orElse("-"),
                Duration.ofNanos(System.nanoTime() - start));
    }

    private static String host(Address address) {
        return address instanceof IpAddress ip ? ip.host().getHostAddress() : "-";
    }
}
