package dev.millrace.cli;

import dev.millrace.files.FoundFile;
import dev.millrace.files.PathName;
import dev.millrace.http.HttpHandler;
import dev.millrace.http.HttpLimits;
import dev.millrace.http.HttpServerOptions;
import dev.millrace.kernel.SystemError;
import dev.millrace.web.Compression;
import dev.millrace.web.StaticFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** {@code millrace serve}: a folder over HTTP. */
final class ServeCommand implements ServerCommand {
    /** The working folder. The JDK knows it as text only, which its name need not be. */
    private static final String HERE =
            Files.isDirectory(Path.of("/proc/self/cwd")) ? "/proc/self/cwd" : "";

    /**
     * Requests of one connection at work at once. A file that was asked for a moment ago is open,
     * so that little is gained by looking ahead; and a file behind another would leave by way of
     * the heap, since only the response that is due is sent by the kernel.
     */
    private static final int CONCURRENT_REQUESTS = 1;

    private static final String FORBIDDEN =
            "this user may not read it; allow it (chmod +rx) or name another folder";

    @Override
    public String name() {
        return "serve";
    }

    @Override
    public String summary() {
        return "serve the files of a folder over HTTP";
    }

    @Override
    public String operand() {
        return "[DIR]";
    }

    @Override
    public List<Option> options() {
        List<Option> options = new ArrayList<>(ServeOptions.options());
        options.add(RedirectPort.option());
        options.addAll(HttpSettings.options());
        return options;
    }

    @Override
    public String notes() {
        return """
        DIR is the working folder by default. index.html stands for its folder, other folders
        are listed. Names that begin with a dot, and links that lead out of DIR, are not served.
        A file x.br, x.zst or x.gz is sent in place of x to those who take it.
        """
                + HttpSettings.notes();
    }

    @Override
    public ServerRun prepare(Arguments arguments) {
        PathName root = folder(arguments.operand().orElse("."));
        ServeOptions options = ServeOptions.read(arguments, root);
        Optional<RequestLog> log = options.openLog();
        HttpServerOptions how = HttpSettings.read(arguments);
        HttpLimits limits = how.limits().withMaxConcurrentRequests(CONCURRENT_REQUESTS);
        return HttpService.run(
                arguments,
                // A file's name need not be UTF-8.
                how.withLimits(limits).withAllowUndecodableTargets(true),
                loop -> {
                    HttpHandler files =
                            StaticFiles.of(loop, root, options.files())
                                    .onError((request, failure) -> HttpService.complain(failure));
                    return options.isCompressed() ? Compression.of(files) : files;
                },
                server -> log.ifPresent(to -> to.follow(server)));
    }

    private static PathName folder(String name) {
        try (FoundFile folder = FoundFile.find(PathName.of(Path.of(HERE).resolve(name)))) {
            if (!folder.isFolder()) {
                throw cannot(name, "it is no folder; name the one that it lies in", null);
            }
            // Its names are read for a listing, and its files are reached through it.
            folder.entries().close();
            FoundFile.find(folder.location().resolve(".")).close();
            return folder.location();
        } catch (IOException | InvalidPathException e) {
            throw switch (SystemError.codeOf(e)) {
                case "EACCES" -> cannot(name, FORBIDDEN, e);
                case "ENOENT" -> cannot(name, "there is no such folder; name one that exists", e);
                default -> cannot(name, Console.oneLine(e) + "; name another folder", e);
            };
        }
    }

    private static Failure cannot(String name, String why, @Nullable Exception cause) {
        return new Failure("can't serve " + name + ": " + why, cause);
    }
}
