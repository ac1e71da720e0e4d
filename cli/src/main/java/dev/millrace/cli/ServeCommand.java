package dev.millrace.cli;

import dev.millrace.files.FoundFile;
import dev.millrace.files.PathName;
import dev.millrace.http.HttpLimits;
import dev.millrace.http.HttpServerOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;

/** {@code millrace serve}: a folder over HTTP. */
final class ServeCommand implements ServerCommand {
    /** The working folder. The JDK knows it as text only, which its name need not be. */
    private static final String HERE =
            Files.isDirectory(Path.of("/proc/self/cwd")) ? "/proc/self/cwd" : "";

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
        return HttpSettings.options();
    }

    @Override
    public String notes() {
        return """
        DIR is the working folder by default. index.html stands for its folder, other folders
        are listed. Names that begin with a dot, and links that lead out of DIR, are not served.
        """
                + HttpSettings.notes();
    }

    @Override
    public ServerRun prepare(Arguments arguments) {
        Site site = new Site(folder(arguments.operand().orElse(".")));
        FileThreads threads = FileThreads.create();
        HttpServerOptions how = HttpSettings.read(arguments);
        HttpLimits limits = how.limits().withMaxConcurrentRequests(FileHandler.CONCURRENT_REQUESTS);
        return HttpService.run(
                arguments, how.withLimits(limits), loop -> new FileHandler(loop, site, threads));
    }

    private static PathName folder(String name) {
        try (FoundFile folder = FoundFile.find(PathName.of(Path.of(HERE).resolve(name)))) {
            if (folder.isFolder()) {
                return folder.location();
            }
            throw new Failure("can't serve " + name + ": it is no folder; name one");
        } catch (IOException | InvalidPathException e) {
            throw new Failure(
                    "can't serve "
                            + name
                            + ": there is no such folder, or this user may not enter it; name another",
                    e);
        }
    }
}
