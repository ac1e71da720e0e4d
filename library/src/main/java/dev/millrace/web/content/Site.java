package dev.millrace.web.content;

import dev.millrace.files.FoundFile;
import dev.millrace.files.PathName;
import dev.millrace.kernel.SystemError;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
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
public final class Site {
    private static final String WELL_KNOWN = ".well-known";

    /** How often a file may change while it is opened. */
    private static final int TRIES = 8;

    private final PathName root;
    private final String index;
    private final boolean isListed;
    private final boolean isPrecompressed;

    /**
     * @param root has no link in it
     * @param index the file that stands for its folder
     * @param isListed whether a folder without one is found
     * @param isPrecompressed whether a file may have siblings in a content coding
     */
    public Site(PathName root, String index, boolean isListed, boolean isPrecompressed) {
        this.root = root;
        this.index = index;
        this.isListed = isListed;
        this.isPrecompressed = isPrecompressed;
    }

    PathName root() {
        return root;
    }

    /**
     * What {@code decoded} leads to, a percent-decoded path.
     *
     * @param codings those of a file's siblings that may be had in its place, best first
     * @throws IOException when the file system fails
     */
    public Found find(byte[] decoded, List<String> codings) throws IOException {
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
                return find(relative, path.endsWith("/"), codings);
            } catch (IOException e) {
                if (!SystemError.codeOf(e).equals("ESTALE")) {
                    return failed(e);
                }
            }
        }
        return new Found.Busy();
    }

    /** A file anywhere, by its name, without siblings. */
    public static Found open(PathName name) throws IOException {
        for (int left = TRIES; left > 0; left--) {
            try (FoundFile file = FoundFile.find(name)) {
                return file.isFile() ? new Found.Opened(Document.open(file)) : new Found.Nothing();
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

    private Found find(String relative, boolean hasSlash, List<String> codings) throws IOException {
        FoundFile file = FoundFile.find(root.resolve(ByteText.bytes(relative)));
        Found found = new Found.Nothing();
        try {
            found = at(file, relative, hasSlash, codings);
        } finally {
            if (!(found instanceof Found.Folder)) {
                file.close();
            }
        }
        return found;
    }

    private Found at(FoundFile file, String relative, boolean hasSlash, List<String> codings)
            throws IOException {
        if (!file.location().isWithin(root)) {
            return new Found.Nothing();
        }
        if (file.isFile()) {
            return hasSlash ? new Found.Nothing() : document(file, codings);
        }
        if (!file.isFolder()) {
            // A device or a FIFO: opening it might never come back.
            return new Found.Nothing();
        }
        String shown = relative.isEmpty() ? "/" : "/" + relative + "/";
        return hasSlash ? folder(file, shown, codings) : new Found.Moved(ByteText.encode(shown));
    }

    private Found folder(FoundFile folder, String shown, List<String> codings) throws IOException {
        try (FoundFile found = FoundFile.find(folder.location().resolve(index))) {
            if (found.location().isWithin(root) && found.isFile()) {
                return document(found, codings);
            }
        } catch (IOException e) {
            if (!(failed(e) instanceof Found.Nothing)) {
                throw e;
            }
        }
        return isListed ? new Found.Folder(folder, shown) : new Found.Nothing();
    }

    private Found document(FoundFile file, List<String> codings) throws IOException {
        Document.Siblings siblings =
                new Document.Siblings() {
                    @Override
                    public FoundFile find(String suffix) throws IOException {
                        return FoundFile.find(beside(file.location(), suffix));
                    }

                    @Override
                    public boolean isAllowed(FoundFile found) {
                        return found.location().isWithin(root);
                    }
                };
        return new Found.Opened(Document.open(file, siblings, codings, isPrecompressed));
    }

    /** The path with a longer name. */
    static PathName beside(PathName path, String suffix) {
        byte[] bytes = path.bytes();
        byte[] more = ByteText.bytes(suffix);
        byte[] longer = Arrays.copyOf(bytes, bytes.length + more.length);
        System.arraycopy(more, 0, longer, bytes.length, more.length);
        return PathName.of(longer);
    }

    /** The folder. */
    @Override
    public String toString() {
        return root.toString();
    }
}
