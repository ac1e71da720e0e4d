package dev.millrace.cli;

import dev.millrace.files.PathName;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * A folder as a page. What it holds is the names alone, packed: a page is many times as large, and
 * may wait for long for a peer that does not read.
 */
final class Listing {
    static final String TYPE = "text/html; charset=utf-8";

    /** A longer page helps no reader, and its names are sorted in memory. */
    static final int ENTRIES_MAX = 10_000;

    /** As {@link ByteText}. */
    private final String shown;

    private final boolean isCut;

    /** The names, one behind the other, those of folders with a slash. */
    private final byte[] names;

    /** Where each name ends. */
    private final int[] ends;

    /** Of {@code names} as {@link ByteText}, in their order. */
    Listing(String shown, List<String> names, boolean isCut) {
        this.shown = shown;
        this.isCut = isCut;
        this.ends = new int[names.size()];
        ByteArrayOutputStream packed = new ByteArrayOutputStream();
        for (int at = 0; at < ends.length; at++) {
            packed.writeBytes(ByteText.bytes(names.get(at)));
            ends[at] = packed.size();
        }
        this.names = packed.toByteArray();
    }

    /** Reads the folder, so never on a loop. */
    static Listing of(Found.Folder folder) throws IOException {
        List<String> names = new ArrayList<>();
        boolean isCut = false;
        try (DirectoryStream<Path> entries = folder.folder().entries()) {
            for (Path entry : entries) {
                String name = name(entry);
                if (Site.isHidden(name)) {
                    continue;
                }
                if (names.size() == ENTRIES_MAX) {
                    isCut = true;
                    break;
                }
                names.add(Files.isDirectory(entry) ? name + "/" : name);
            }
        }
        names.sort(null);
        return new Listing(folder.shown(), names, isCut);
    }

    /** Its last name as {@link ByteText}; few need the way by way of their bytes. */
    private static String name(Path entry) {
        String path = entry.toString();
        String last = path.substring(path.lastIndexOf('/') + 1);
        return isAscii(last) ? last : ByteText.of(PathName.of(entry).name());
    }

    private static boolean isAscii(String text) {
        for (int at = 0; at < text.length(); at++) {
            if (text.charAt(at) >= 0x80) {
                return false;
            }
        }
        return true;
    }

    int rows() {
        return ends.length;
    }

    void begin(StringBuilder page) {
        String title = escape(ByteText.shown(shown));
        page.append("<!DOCTYPE html>\n<html>\n<head>\n<meta charset=\"utf-8\">\n");
        page.append("<title>").append(title).append("</title>\n");
        page.append("</head>\n<body>\n<h1>").append(title).append("</h1>\n<ul>\n");
        if (!shown.equals("/")) {
            page.append("<li><a href=\"../\">../</a></li>\n");
        }
    }

    void row(StringBuilder page, int row) {
        int start = row == 0 ? 0 : ends[row - 1];
        String name = ByteText.of(Arrays.copyOfRange(names, start, ends[row]));
        boolean isPlain = ByteText.isPlain(name);
        // "./" keeps a colon in a name from being read as a scheme (RFC 3986 section 4.2).
        page.append("<li><a href=\"./")
                .append(isPlain ? name : escape(ByteText.encode(name)))
                .append("\">")
                .append(isPlain ? name : escape(ByteText.shown(name)))
                .append("</a></li>\n");
    }

    void end(StringBuilder page) {
        page.append("</ul>\n");
        page.append(isCut ? "<p>Only " + ENTRIES_MAX + " names are shown.</p>\n" : "");
        page.append("</body>\n</html>\n");
    }

    private static String escape(String text) {
        return text.replace("&", "&amp;")
                .replace("<", "&lt;")
                .replace(">", "&gt;")
                .replace("\"", "&quot;")
                .replace("'", "&#39;");
    }
}
