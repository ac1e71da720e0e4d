package dev.millrace.cli;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** A folder as a page. Reads the file system, so never on a loop. */
final class Listing {
    static final String TYPE = "text/html; charset=utf-8";

    /** A longer page helps no reader, and it is made in memory. */
    static final int ENTRIES_MAX = 10_000;

    private Listing() {}

    static byte[] page(Found.Folder folder) throws IOException {
        List<String> names = new ArrayList<>();
        boolean isCut = false;
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(folder.path())) {
            for (Path entry : entries) {
                String name = entry.getFileName().toString();
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
        return html(folder.shown(), names, isCut).getBytes(StandardCharsets.UTF_8);
    }

    static String html(String shown, List<String> names, boolean isCut) {
        String title = escape(shown);
        StringBuilder page = new StringBuilder("<!DOCTYPE html>\n<html>\n<head>\n");
        page.append("<meta charset=\"utf-8\">\n<title>").append(title).append("</title>\n");
        page.append("</head>\n<body>\n<h1>").append(title).append("</h1>\n<ul>\n");
        if (!shown.equals("/")) {
            page.append("<li><a href=\"../\">../</a></li>\n");
        }
        for (String name : names) {
            // "./" keeps a colon in a name from being read as a scheme (RFC 3986 section 4.2).
            page.append("<li><a href=\"./")
                    .append(escape(Site.encode(name)))
                    .append("\">")
                    .append(escape(name))
                    .append("</a></li>\n");
        }
        page.append("</ul>\n");
        page.append(isCut ? "<p>Only " + ENTRIES_MAX + " names are shown.</p>\n" : "");
        return page.append("</body>\n</html>\n").toString();
    }

    private static String escape(String text) {
        return text.replace("&", "&amp;")
                .replace("<", "&lt;")
                .replace(">", "&gt;")
                .replace("\"", "&quot;")
                .replace("'", "&#39;");
    }
}
