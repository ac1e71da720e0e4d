package dev.millrace.cli;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;

/**
 * A folder and what lies in it, by the paths of requests. Its methods ask the file system and so
 * may block: never call them on a loop.
 *
 * <p>Nothing outside the folder is ever found. Names with a leading dot, which include {@code ..},
 * do not exist here ({@code .well-known} of RFC 8615 does), and where links lead is looked at
 * before anything is opened. A user who may write in the folder can swap a part of it for a link
 * between the two, and so lead out of it; such users have to be trusted that far.
 */
final class Site {
    private static final String WELL_KNOWN = ".well-known";
    private static final String INDEX = "index.html";

    /** What a segment may hold besides letters and digits (RFC 3986 section 3.3). */
    private static final String SEGMENT = "-._~!$&'()*+,;=:@";

    private final Path root;

    /** {@code root} has no link in it. */
    Site(Path root) {
        this.root = root;
    }

    /** What {@code decoded}, a percent-decoded path, leads to. */
    Found find(String decoded) {
        List<String> names = new ArrayList<>();
        for (String name : decoded.split("/", -1)) {
            if (isHidden(name)) {
                return new Found.Nothing();
            }
            if (!name.isEmpty()) {
                names.add(name);
            }
        }
        try {
            Path asked = root.resolve(String.join("/", names));
            return at(asked.toRealPath(), names, decoded.endsWith("/"));
        } catch (AccessDeniedException e) {
            return new Found.Denied();
        } catch (IOException | InvalidPathException e) {
            // No such file, a loop of links, a name too long: all the same to the client.
            return new Found.Nothing();
        }
    }

    static boolean isHidden(String name) {
        return name.startsWith(".") && !name.equals(WELL_KNOWN);
    }

    private Found at(Path path, List<String> names, boolean hasSlash) throws IOException {
        if (!path.startsWith(root)) {
            return new Found.Nothing();
        }
        BasicFileAttributes attributes = Files.readAttributes(path, BasicFileAttributes.class);
        if (attributes.isRegularFile()) {
            return hasSlash ? new Found.Nothing() : document(path, attributes);
        }
        if (!attributes.isDirectory()) {
            // A device or a FIFO: opening it might never come back.
            return new Found.Nothing();
        }
        String shown = names.isEmpty() ? "/" : "/" + String.join("/", names) + "/";
        return hasSlash ? folder(path, shown) : new Found.Moved(encode(shown));
    }

    private Found folder(Path path, String shown) throws IOException {
        if (Files.exists(path.resolve(INDEX))) {
            Path index = path.resolve(INDEX).toRealPath();
            BasicFileAttributes attributes = Files.readAttributes(index, BasicFileAttributes.class);
            if (index.startsWith(root) && attributes.isRegularFile()) {
                return document(index, attributes);
            }
        }
        return new Found.Folder(path, shown);
    }

    private static Found document(Path path, BasicFileAttributes attributes) {
        return new Found.Document(
                path, attributes.size(), attributes.lastModifiedTime().toInstant());
    }

    /**
     * A path as a reference: each byte of its UTF-8 that a segment can't hold becomes a
     * percent-encoding.
     */
    static String encode(String path) {
        StringBuilder text = new StringBuilder(path.length() + 16);
        for (byte b : path.getBytes(StandardCharsets.UTF_8)) {
            char c = (char) (b & 0xff);
            if (isLetterOrDigit(c) || c == '/' || SEGMENT.indexOf(c) >= 0) {
                text.append(c);
            } else {
                text.append("%%%02X".formatted((int) c));
            }
        }
        return text.toString();
    }

    private static boolean isLetterOrDigit(char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    }
}
