package dev.millrace.web;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The segments of a path, each decoded by itself, so that an encoded slash stays in its segment
 * (RFC 3986 sections 2.4 and 3.3).
 *
 * @param raw as they came
 * @param decoded the same, percent-decoded
 */
record PathSegments(List<String> raw, List<String> decoded) {
    /** Of {@code rawPath}, which begins with a slash; null if a segment can't be served. */
    static @Nullable PathSegments of(String rawPath) {
        List<String> raw = split(rawPath);
        List<String> decoded = new ArrayList<>(raw.size());
        for (String segment : raw) {
            String text = decode(segment).orElse("..");
            // RFC 3986 section 5.2.4: clients resolve dots. A handler may make a file's name of it.
            if (text.equals(".") || text.equals("..")) {
                return null;
            }
            decoded.add(text);
        }
        return new PathSegments(raw, decoded);
    }

    /** Split at every slash but the first; {@code /} is one empty segment. */
    static List<String> split(String path) {
        List<String> segments = new ArrayList<>();
        int start = 1;
        for (int slash = path.indexOf('/', 1); slash >= 0; slash = path.indexOf('/', start)) {
            segments.add(path.substring(start, slash));
            start = slash + 1;
        }
        segments.add(path.substring(start));
        return segments;
    }

    /** UTF-8 without NUL, of bytes that are percent-encoded or characters; empty if it is none. */
    static Optional<String> decode(String text) {
        if (text.chars().allMatch(c -> c > 0 && c < 0x80 && c != '%')) {
            return Optional.of(text);
        }
        ByteBuffer bytes = ByteBuffer.allocate(text.length());
        for (int at = 0; at < text.length(); at++) {
            char c = text.charAt(at);
            if (c == '%') {
                if (at + 3 > text.length()
                        || !HexFormat.isHexDigit(text.charAt(at + 1))
                        || !HexFormat.isHexDigit(text.charAt(at + 2))) {
                    return Optional.empty();
                }
                c = (char) HexFormat.fromHexDigits(text, at + 1, at + 3);
                at += 2;
            }
            if (c == 0 || c > 0xff) {
                return Optional.empty();
            }
            bytes.put((byte) c);
        }
        try {
            return Optional.of(StandardCharsets.UTF_8.newDecoder().decode(bytes.flip()).toString());
        } catch (CharacterCodingException e) {
            return Optional.empty();
        }
    }

    /** Those behind the first {@code count}; one that is empty where none is. */
    PathSegments from(int count) {
        if (count == size()) {
            return new PathSegments(List.of(""), List.of(""));
        }
        return new PathSegments(raw.subList(count, size()), decoded.subList(count, size()));
    }

    int size() {
        return raw.size();
    }

    /** What {@code rest} stands for from segment {@code from} on. */
    String rawFrom(int from) {
        return String.join("/", raw.subList(from, raw.size()));
    }
}
