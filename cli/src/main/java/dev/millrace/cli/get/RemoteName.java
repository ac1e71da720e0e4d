package dev.millrace.cli.get;

import java.net.URI;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/** The name that a URL gives a file. */
public final class RemoteName {
    /** Names have 255 bytes on most file systems; the part's has a few more. */
    private static final int BYTES_MAX = 240;

    private RemoteName() {}

    /**
     * The last part of the path, made harmless: no folder, no hidden file, no control character, no
     * dash in front. Empty if nothing is left.
     */
    public static Optional<String> of(URI uri) {
        String path = String.valueOf(uri.getRawPath());
        String last = path.substring(path.lastIndexOf('/') + 1);
        String name = decoded(last).replaceAll("[\\p{Cntrl}/\\\\\\x{FFFD}]", "_");
        name = name.replaceFirst("^[.-]+", "_");
        while (name.getBytes(StandardCharsets.UTF_8).length > BYTES_MAX) {
            name = name.substring(0, name.offsetByCodePoints(name.length(), -1));
        }
        return name.isBlank() || name.equals("_") ? Optional.empty() : Optional.of(name);
    }

    private static String decoded(String text) {
        try {
            return URLDecoder.decode(text.replace("+", "%2B"), StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            return text;
        }
    }
}
