package dev.millrace.cli;

import dev.millrace.cli.get.GetPlan;
import dev.millrace.cli.get.Place;
import dev.millrace.cli.get.RemoteName;
import dev.millrace.http.HttpClientOptions;
import dev.millrace.http.HttpClientTimeouts;
import dev.millrace.http.HttpLimits;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The options of {@code get}. */
final class GetSettings {
    static final String OUTPUT = "--output";
    static final String REMOTE_NAME = "--remote-name";
    private static final String CONTINUE = "--continue";
    private static final String INCLUDE = "--include";
    private static final String HEAD = "--head";
    private static final String LOCATION = "--location";
    private static final int REDIRECTS_MAX = 20;
    private static final String SILENT = "--silent";
    private static final String CONNECT_TIMEOUT = "--connect-timeout";
    private static final String TIMEOUT = "--timeout";
    private static final String MAX_TIME = "--max-time";
    private static final Duration TIMEOUT_DEFAULT = Duration.ofSeconds(60);

    private GetSettings() {}

    static List<Option> options() {
        List<Option> options = new ArrayList<>();
        options.add(new Option("-o", OUTPUT, "FILE", "write the body there, - is standard output"));
        options.add(Option.flag("-O", REMOTE_NAME, "write it to a file with the URL's last name"));
        options.add(Option.flag("-c", CONTINUE, "continue a file that was broken off"));
        options.add(Option.flag("-i", INCLUDE, "print the head of the response as well"));
        options.add(Option.flag("-I", HEAD, "ask for the head alone"));
        options.add(Option.flag("-L", LOCATION, "follow redirects, at most " + REDIRECTS_MAX));
        options.add(Option.flag("-s", SILENT, "no progress"));
        options.addAll(RequestOptions.options("-d"));
        options.add(
                new Option("-x", ProxyUrl.OPTION, "URL", "through this proxy; '' for none at all"));
        options.addAll(ServerTrust.options());
        options.add(new Option(CONNECT_TIMEOUT, "TIME", "for a connection (default 10s)"));
        options.add(new Option(TIMEOUT, "TIME", "without a byte (default 60s)"));
        options.add(new Option("-m", MAX_TIME, "TIME", "for all of it (default none)"));
        return options;
    }

    static GetPlan read(Arguments arguments, RequestUrl url) {
        boolean isHead = arguments.has(HEAD);
        RequestOptions request = RequestOptions.read(arguments, isHead ? "HEAD" : "GET");
        if (isHead && !request.method().equals("HEAD")) {
            throw new UsageError(HEAD + " has no body, and a method of its own; leave one out");
        }
        Place place = place(arguments, url, isHead);
        boolean continues = arguments.has(CONTINUE);
        if (continues && !(place instanceof Place.Kept)) {
            throw new UsageError(CONTINUE + " needs a file; name it with -o, or use -O");
        }
        if (continues && !request.method().equals("GET")) {
            throw new UsageError(
                    CONTINUE + " is for GET; leave it out, or the method and the body");
        }
        return new GetPlan(
                url.toString(),
                request.method(),
                request.fields(),
                (loop, to, failed) -> RequestData.send(request.data(), loop, to, failed),
                place,
                isHead || arguments.has(INCLUDE),
                continues,
                !arguments.has(SILENT),
                arguments.duration(MAX_TIME).orElse(Duration.ZERO),
                client(arguments, request, url.isSecure()));
    }

    private static HttpClientOptions client(
            Arguments arguments, RequestOptions request, boolean isSecure) {
        Duration wait = arguments.duration(TIMEOUT).orElse(TIMEOUT_DEFAULT);
        HttpClientTimeouts standard = HttpClientTimeouts.DEFAULTS;
        HttpClientTimeouts timeouts =
                standard.withResponse(wait)
                        .withBody(wait)
                        .withConnect(
                                arguments.duration(CONNECT_TIMEOUT).orElse(standard.connect()));
        HttpClientOptions options =
                HttpClientOptions.DEFAULTS
                        .withTimeouts(timeouts)
                        .withRedirects(arguments.has(LOCATION) ? REDIRECTS_MAX : 0)
                        .withLimits(HttpLimits.DEFAULTS.withMaxBodyBytes(Long.MAX_VALUE));
        // A redirect may lead to https, so that a URL of http may have them too.
        if (ServerTrust.isGiven(arguments)) {
            options = options.withTls(ServerTrust.read(arguments));
        }
        if (request.unix().isPresent()) {
            if (arguments.has(ProxyUrl.OPTION)) {
                String both = ProxyUrl.OPTION + " and " + RequestOptions.UNIX;
                throw new UsageError(both + " lead to two places; use one");
            }
            return options.withAddress(request.unix().get());
        }
        HttpClientOptions direct = options;
        return ProxyUrl.choose(arguments.text(ProxyUrl.OPTION), System.getenv(), isSecure)
                .map(direct::withProxy)
                .orElse(direct);
    }

    private static Place place(Arguments arguments, RequestUrl url, boolean isHead) {
        Optional<String> name = arguments.text(OUTPUT);
        boolean isNamed = arguments.has(REMOTE_NAME);
        if (name.isPresent() && isNamed) {
            throw new UsageError(OUTPUT + " and " + REMOTE_NAME + " are two names; use one");
        }
        if (isHead && (name.isPresent() || isNamed)) {
            throw new UsageError(HEAD + " has no body to write to a file; leave one of them out");
        }
        if (isNamed) {
            String last =
                    RemoteName.of(url.uri())
                            .orElseThrow(() ->
                                    new UsageError(
                                            "URL " + url + " ends with no name; use -o FILE"));
            return new Place.Kept(path(last), false);
        }
        if (name.isEmpty() || name.get().equals("-")) {
            return new Place.Standard(name.isPresent());
        }
        return named(path(name.get()));
    }

    private static Path path(String name) {
        try {
            return Path.of(name);
        } catch (InvalidPathException e) {
            throw new UsageError(OUTPUT + " " + name + ": " + e.getReason());
        }
    }

    private static Place named(Path path) {
        Path folder = path.toAbsolutePath().getParent();
        if (path.toString().isEmpty() || Files.isDirectory(path)) {
            throw new UsageError(OUTPUT + " " + path + " is a folder; name a file in it");
        }
        if (folder == null || !Files.isDirectory(folder)) {
            throw new UsageError(OUTPUT + " " + path + ": there is no folder " + folder);
        }
        if (!Files.exists(path)) {
            return new Place.Kept(path, true);
        }
        try {
            // What a link leads to gets the bytes, and the link stays.
            return Files.isRegularFile(path)
                    ? new Place.Kept(Files.isSymbolicLink(path) ? path.toRealPath() : path, true)
                    : new Place.Device(path);
        } catch (IOException e) {
            throw new UsageError(OUTPUT + " " + path + ": " + Console.oneLine(e));
        }
    }
}
