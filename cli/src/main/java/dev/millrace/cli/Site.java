package dev.millrace.cli;

import dev.millrace.files.FoundFile;
import dev.millrace.files.PathName;
import dev.millrace.kernel.SystemError;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * A folder and what lies in it, by the paths of requests. Its methods ask the file system and so
 * may block: never call them on a loop.
 *
 * <p>Nothing outside the folder is ever found. Names with a leading dot, which include {@code ..},
 * do not exist here ({@code .well-known} of RFC 8615 does). Where links lead is looked at on the
 * file that was found, not on its name, so a link that is changed meanwhile leads nowhere else
 * (where {@link FoundFile} can keep a file).
 */
final class Site {
    private static final String WELL_KNOWN = ".well-known";
    private static final String INDEX = "index.html";

    /** How often a file may change while it is opened. */
    private static final int TRIES = 8;

    private final PathName root;

    /** {@code root} has no link in it. */
    Site(PathName root) {
        this.root = root;
    }

    /**
     * What {@code decoded} leads to, a percent-decoded path.
     *
     * @throws IOException when the file system fails
     */
    Found find(byte[] decoded) throws IOException {
        String path = ByteText.of(decoded);
        List<String> names = new ArrayList<>();
        for (String name : path.split("/", -1)) {
            if (isHidden(name)) {
                return new Found.Nothing();
            }
            if (!name.isEmpty()) {
                names.add(name);
            }
        }
        String relative = String.join("/", names);
        for (int left = TRIES; left > 0; left--) {
            try {
                return find(relative, path.endsWith("/"));
            } catch (IOException e) {
                if (!SystemError.codeOf(e).equals("ESTALE")) {
                    return failed(e);
                }
            }
        }
        return new Found.Busy();
    }

    /** What an error says of a file; one that says something of the disk is thrown. */
    static Found failed(IOException error) throws IOException {
        return switch (SystemError.codeOf(error)) {
            case "ENOENT", "ENOTDIR", "ELOOP", "ENAMETOOLONG", "EINVAL" -> new Found.Nothing();
            case "EACCES", "EPERM" -> new Found.Denied();
            case "EMFILE", "ENFILE", "ENOMEM" -> new Found.Busy();
            default -> throw error;
        };
    }

    static boolean isHidden(String name) {
        return name.startsWith(".") && !name.equals(WELL_KNOWN);
    }

    private Found find(String relative, boolean hasSlash) throws IOException {
        FoundFile file = FoundFile.find(root.resolve(ByteText.bytes(relative)));
        Found found = new Found.Nothing();
        try {
            found = at(file, relative, hasSlash);
        } finally {
            if (!(found instanceof Found.Folder)) {
                file.close();
            }
        }
        return found;
    }

    private Found at(FoundFile file, String relative, boolean hasSlash) throws IOException {
        if (!file.location().isWithin(root)) {
            return new Found.Nothing();
        }
        if (file.isFile()) {
            return hasSlash ? new Found.Nothing() : document(file);
        }
        if (!file.isFolder()) {
            // A device or a FIFO: opening it might never come back.
            return new Found.Nothing();
        }
        String shown = relative.isEmpty() ? "/" : "/" + relative + "/";
        return hasSlash ? folder(file, shown) : new Found.Moved(ByteText.encode(shown));
    }

    private Found folder(FoundFile folder, String shown) throws IOException {
        try (FoundFile index = FoundFile.find(folder.location().resolve(INDEX))) {
            if (index.location().isWithin(root) && index.isFile()) {
                return document(index);
            }
        } catch (IOException e) {
            if (!(failed(e) instanceof Found.Nothing)) {
                throw e;
            }
        }
        return new Found.Folder(folder, shown);
    }

    private static Found document(FoundFile file) throws IOException {
        return new Found.Document(
                ByteText.of(file.location().name()), file.length(), file.modified(), file.open());
    }
}
