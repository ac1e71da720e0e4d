package dev.millrace.cli;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** {@code millrace serve}: a folder over HTTP. */
final class ServeCommand implements ServerCommand {
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
            if (!Files.isDirectory(folder)) {
                throw cannot(name, "it is no folder; name the one that it lies in", null);
            }
            // Its names are read for a listing, and its files reached through it.
            if (!Files.isReadable(folder) || !Files.isExecutable(folder)) {
                throw cannot(name, FORBIDDEN, null);
            }
            return folder;
        } catch (AccessDeniedException e) {
            throw cannot(name, FORBIDDEN, e);
        } catch (NoSuchFileException e) {
            throw cannot(name, "there is no such folder; name one that exists", e);
        } catch (IOException | InvalidPathException e) {
            throw cannot(name, Console.oneLine(e) + "; name another folder", e);
        }
    }

    private static Failure cannot(String name, String why, @Nullable Exception cause) {
        return new Failure("can't serve " + name + ": " + why, cause);
    }
}
