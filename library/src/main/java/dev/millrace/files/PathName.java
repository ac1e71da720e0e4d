package dev.millrace.files;

import java.io.ByteArrayOutputStream;
import java.net.URI;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;

/**
 * A path as the kernel has it: bytes, of which only the slash and NUL mean anything. A {@link Path}
 * is made from text, and so, in a locale that can't write a name down, can't name the file; this
 * one can, and gives the path for it. Immutable, for any thread.
 *
 * <p>Where names are text to the system, as on Windows, the bytes are their UTF-8, behind a first
 * slash.
 *
 * {@snippet class="dev.millrace.files.FilesExamplesTest" region="name"}
 */
public final class PathName {
    private static final char REPLACEMENT = '\uFFFD';
    private static final boolean IS_UTF_8 = StandardCharsets.UTF_8.equals(charset());

    private final byte[] bytes;

    private PathName(byte[] bytes) {
        this.bytes = bytes;
    }

    /** What {@link Path} takes the bytes of a name for. */
    private static Charset charset() {
        String name = System.getProperty("sun.jnu.encoding", "UTF-8");
        return Charset.isSupported(name) ? Charset.forName(name) : StandardCharsets.US_ASCII;
    }

    /**
     * The path of these bytes.
     *
     * @throws IllegalArgumentException unless it is absolute, or if it holds a NUL
     */
    public static PathName of(byte[] bytes) {
        if (bytes.length == 0 || bytes[0] != '/') {
            throw new IllegalArgumentException("a path begins with a slash here");
        }
        for (byte b : bytes) {
            if (b == 0) {
                throw new IllegalArgumentException("a path holds no NUL");
            }
        }
        return new PathName(bytes.clone());
    }

    /** The bytes of {@code path}, made absolute; may ask the file system. */
    public static PathName of(Path path) {
        Path absolute = path.toAbsolutePath();
        String text = absolute.toString();
        if (text.startsWith("/") && isWhole(text)) {
            return new PathName(text.getBytes(StandardCharsets.UTF_8));
        }
        // The one way of the JDK's to the bytes: each that is no plain character is encoded.
        byte[] decoded = decode(absolute.toUri().getRawPath());
        boolean isFolder = decoded.length > 1 && decoded[decoded.length - 1] == '/';
        return new PathName(isFolder ? Arrays.copyOf(decoded, decoded.length - 1) : decoded);
    }

    /** Whether the bytes behind a path's text can be told from it. */
    private static boolean isWhole(String text) {
        for (int at = 0; at < text.length(); at++) {
            char c = text.charAt(at);
            if (c == REPLACEMENT || (c >= 0x80 && !IS_UTF_8)) {
                return false;
            }
        }
        return true;
    }

    private static byte[] decode(String encoded) {
        ByteArrayOutputStream decoded = new ByteArrayOutputStream(encoded.length());
        for (int at = 0; at < encoded.length(); at++) {
            char c = encoded.charAt(at);
            if (c == '%') {
                decoded.write(Integer.parseInt(encoded, at + 1, at + 3, 16));
                at += 2;
            } else {
                decoded.write(c);
            }
        }
        return decoded.toByteArray();
    }

    /** The same path for the JDK, whatever the locale. */
    public Path toPath() {
        StringBuilder uri = new StringBuilder("file://");
        for (byte b : bytes) {
            char c = (char) (b & 0xff);
            if (c == '/' || c == '.' || (c < 0x80 && Character.isLetterOrDigit(c))) {
                uri.append(c);
            } else {
                uri.append('%').append(Character.forDigit(c >> 4, 16));
                uri.append(Character.forDigit(c & 15, 16));
            }
        }
        return Path.of(URI.create(uri.toString()));
    }

    /** The bytes. */
    public byte[] bytes() {
        return bytes.clone();
    }

    byte[] array() {
        return bytes;
    }

    /** The path of {@code relative} below this one; empty means this one. */
    public PathName resolve(byte[] relative) {
        if (relative.length == 0) {
            return this;
        }
        boolean hasSlash = bytes[bytes.length - 1] == '/';
        byte[] joined = Arrays.copyOf(bytes, bytes.length + relative.length + (hasSlash ? 0 : 1));
        joined[joined.length - relative.length - 1] = '/';
        System.arraycopy(relative, 0, joined, joined.length - relative.length, relative.length);
        return of(joined);
    }

    /** As the other {@code resolve}, with UTF-8. */
    public PathName resolve(String relative) {
        return resolve(relative.getBytes(StandardCharsets.UTF_8));
    }

    /** Whether it is {@code folder}, or below it, by the bytes alone: no link is looked at. */
    public boolean isWithin(PathName folder) {
        int length = folder.bytes.length;
        if (bytes.length < length || !Arrays.equals(bytes, 0, length, folder.bytes, 0, length)) {
            return false;
        }
        return bytes.length == length || folder.bytes[length - 1] == '/' || bytes[length] == '/';
    }

    /** What is behind the last slash. */
    public byte[] name() {
        int at = bytes.length;
        while (bytes[at - 1] != '/') {
            at--;
        }
        return Arrays.copyOfRange(bytes, at, bytes.length);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof PathName name && Arrays.equals(bytes, name.bytes);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(bytes);
    }

    /** As UTF-8; what is none is replaced. */
    @Override
    public String toString() {
        return new String(bytes, StandardCharsets.UTF_8);
    }
}
