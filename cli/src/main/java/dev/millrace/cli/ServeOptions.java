package dev.millrace.cli;

import dev.millrace.files.FoundFile;
import dev.millrace.files.PathName;
import dev.millrace.web.StaticFilesOptions;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * What {@code serve} has beside the options of every HTTP command.
 *
 * @param files how files are served
 * @param isCompressed whether text is compressed for those who take it
 * @param log where requests are written down: a file, or {@code -} for standard output
 */
record ServeOptions(StaticFilesOptions files, boolean isCompressed, Optional<String> log) {
    private static final String CACHE = "--cache";
    private static final String SPA = "--spa";
    private static final String NOT_FOUND = "--not-found";
    private static final String NO_GZIP = "--no-gzip";
    static final String LOG = "--log";
    private static final String INDEX = "/index.html";

    static List<Option> options() {
        return List.of(
                new Option(CACHE, "TIME", "clients keep files so long without asking"),
                Option.flag("", SPA, "index.html for every path that leads nowhere"),
                new Option(NOT_FOUND, "FILE", "page for such a path (default 404.html, if any)"),
                Option.flag("", NO_GZIP, "compress nothing on the way"),
                new Option(LOG, "FILE", "a line a request; - for standard output"));
    }

    /** {@code root} is what is served. */
    static ServeOptions read(Arguments arguments, PathName root) {
        boolean isSpa = arguments.has(SPA);
        StaticFilesOptions files = StaticFilesOptions.DEFAULTS.withListing(!isSpa);
        if (isSpa) {
            if (arguments.text(NOT_FOUND).isPresent()) {
                throw new UsageError(NOT_FOUND + " and " + SPA + " exclude each other; use one");
            }
            checkIsThere(SPA, INDEX, root);
            files = files.withFallback(INDEX);
        }
        var age = arguments.duration(CACHE);
        if (age.isPresent()) {
            files = files.withMaxAge(age.get());
        }
        var page = arguments.text(NOT_FOUND);
        if (page.isPresent()) {
            String path = page.get().startsWith("/") ? page.get() : "/" + page.get();
            checkIsThere(NOT_FOUND, path, root);
            files = files.withNotFound(path);
        }
        return new ServeOptions(files, !arguments.has(NO_GZIP), arguments.text(LOG));
    }

    private static void checkIsThere(String option, String path, PathName root) {
        byte[] relative = path.substring(1).getBytes(StandardCharsets.UTF_8);
        try (FoundFile found = FoundFile.find(root.resolve(relative))) {
            if (found.isFile() && found.location().isWithin(root)) {
                return;
            }
        } catch (IOException | IllegalArgumentException e) {
            // Told below.
        }
        throw new Failure(
                option + ": there is no file " + path.substring(1) + " in the folder; make one",
                null);
    }

    /** What writes requests down, if that is asked for; begun when it is asked for first. */
    Optional<RequestLog> openLog() {
        return log.map(name -> {
            if (name.equals("-")) {
                return RequestLog.onConsole();
            }
            try {
                return RequestLog.toFile(Path.of(name));
            } catch (IOException e) {
                throw new Failure(
                        LOG + " " + name + ": " + Console.oneLine(e) + "; name a file to append to",
                        e);
            }
        });
    }
}
