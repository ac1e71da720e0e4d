package dev.millrace.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;

/** {@code millrace serve}: a folder over HTTP. */
final class ServeCommand implements ServerCommand {
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
        return HttpService.run(arguments, loop -> new FileHandler(loop, site));
    }

    private static Path folder(String name) {
        try {
            Path folder = Path.of(name).toRealPath();
            if (Files.isDirectory(folder)) {
                return folder;
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
