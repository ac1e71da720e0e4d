package dev.millrace.web.content;

import dev.millrace.files.PathName;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;

/**
 * A folder as a page. What it holds is names, lengths and times alone, packed: a page is many times
 * as large, and may wait for long for a peer that does not read.
 */
public final class Listing {
    public static final String TYPE = "text/html; charset=utf-8";

    /** A longer page helps no reader, and its names are sorted in memory. */
    static final int ENTRIES_MAX = 10_000;

    private static final String STYLE =
            "body{font-family:sans-serif}td{padding:0 1em 0 0}td+td{color:#666;text-align:right}";

    /**
     * One that is in the folder.
     *
     * @param name as {@link ByteText}, with a slash behind a folder's
     * @param length in bytes; negative for a folder, and for what can't be had
     * @param modified in seconds since 1970
     * @param isDead whether nothing can be had under it: it leads nowhere, or may not be read
     */
    record Entry(String name, long length, long modified, boolean isDead) {}

    /** As {@link ByteText}. */
    private final String shown;

    private final boolean isCut;

    /** The names, one behind the other, those of folders with a slash. */
    private final byte[] names;

    /** Where each name ends. */
    private final int[] ends;

    private final long[] lengths;
    private final int[] seconds;
    private final boolean[] areDead;

    Listing(String shown, List<Entry> entries, boolean isCut) {
        this.shown = shown;
        this.isCut = isCut;
        this.ends = new int[entries.size()];
        this.lengths = new long[ends.length];
        this.seconds = new int[ends.length];
        this.areDead = new boolean[ends.length];
        ByteArrayOutputStream packed = new ByteArrayOutputStream();
        for (int at = 0; at < ends.length; at++) {
            Entry entry = entries.get(at);
            packed.writeBytes(ByteText.bytes(entry.name()));
            ends[at] = packed.size();
            lengths[at] = entry.length();
            seconds[at] = (int) Math.clamp(entry.modified(), 0, 0xffff_ffffL);
            areDead[at] = entry.isDead();
        }
        this.names = packed.toByteArray();
    }

    /** Reads the folder, so never on a loop. */
    static Listing of(Site site, Found.Folder folder) throws IOException {
        List<Entry> found = new ArrayList<>();
        boolean isCut = false;
        try (DirectoryStream<Path> entries = folder.folder().entries()) {
            for (Path path : entries) {
                String name = name(path);
                if (Site.isHidden(name)) {
                    continue;
                }
                if (found.size() == ENTRIES_MAX) {
                    isCut = true;
                    break;
                }
                found.add(entry(site, path, name));
            }
        }
        found.sort(Comparator.comparing(Entry::name));
        return new Listing(folder.shown(), found, isCut);
    }

    private static Entry entry(Site site, Path path, String name) {
        try {
            BasicFileAttributes told =
                    Files.readAttributes(
                            path, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
            boolean isInside = true;
            if (told.isSymbolicLink()) {
                isInside = PathName.of(path.toRealPath()).isWithin(site.root());
                told = Files.readAttributes(path, BasicFileAttributes.class);
            }
            long modified = told.lastModifiedTime().to(java.util.concurrent.TimeUnit.SECONDS);
            boolean isFolder = told.isDirectory();
            boolean isHad =
                    isInside
                            && (isFolder || told.isRegularFile())
                            && Files.isReadable(path)
                            && (!isFolder || Files.isExecutable(path));
            String shown = isFolder && isInside ? name + "/" : name;
            return new Entry(shown, isFolder || !isHad ? -1 : told.size(), modified, !isHad);
        } catch (IOException leadsNowhere) {
            return new Entry(name, -1, 0, true);
        }
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

    /** Whether {@code other} makes the same page. */
    boolean isSame(Listing other) {
        return isCut == other.isCut
                && shown.equals(other.shown)
                && Arrays.equals(names, other.names)
                && Arrays.equals(ends, other.ends)
                && Arrays.equals(lengths, other.lengths)
                && Arrays.equals(seconds, other.seconds)
                && Arrays.equals(areDead, other.areDead);
    }

    int rows() {
        return ends.length;
    }

    void begin(PageText page) {
        String title = escape(ByteText.shown(shown));
        page.append("<!DOCTYPE html>\n<html>\n<head>\n<meta charset=\"utf-8\">\n");
        page.append("<meta name=\"viewport\" content=\"width=device-width\">\n");
        page.append("<title>").append(title).append("</title>\n<style>").append(STYLE);
        page.append("</style>\n</head>\n<body>\n<h1>").append(title).append("</h1>\n<table>\n");
        if (!shown.equals("/")) {
            page.append("<tr><td><a href=\"../\">../</a></td></tr>\n");
        }
    }

    void row(PageText page, int row) {
        int start = row == 0 ? 0 : ends[row - 1];
        page.append("<tr><td>");
        if (areDead[row]) {
            text(page, start, ends[row]);
            page.append("</td></tr>\n");
            return;
        }
        // "./" keeps a colon in a name from being read as a scheme (RFC 3986 section 4.2).
        page.append("<a href=\"./");
        if (ByteText.isPlain(names, start, ends[row])) {
            page.append(names, start, ends[row]);
        } else {
            page.append(escape(ByteText.encode(name(start, ends[row]))));
        }
        page.append("\">");
        text(page, start, ends[row]);
        page.append("</a></td><td>");
        if (lengths[row] >= 0) {
            size(page, lengths[row]);
        }
        page.append("</td><td>");
        time(page, seconds[row] & 0xffff_ffffL);
        page.append("</td></tr>\n");
    }

    private String name(int start, int end) {
        return ByteText.of(Arrays.copyOfRange(names, start, end));
    }

    /** A name for a reader. */
    private void text(PageText page, int start, int end) {
        if (ByteText.isPlain(names, start, end)) {
            page.append(names, start, end);
        } else {
            page.append(escape(ByteText.shown(name(start, end))));
        }
    }

    /** For instance {@code 512 B}, {@code 1.5 KiB} or {@code 23 MiB}. */
    private static void size(PageText page, long length) {
        if (length < 1024) {
            page.append(length).append(" B");
            return;
        }
        int unit = -1;
        double left = length;
        while (left >= 1023.5 && unit < 5) {
            left /= 1024;
            unit++;
        }
        long tenths = Math.round(left * 10);
        if (tenths < 100) {
            page.append(tenths / 10).append('.').append(tenths % 10);
        } else {
            page.append(Math.round(left));
        }
        page.append(' ').append("KMGTPE".charAt(unit)).append("iB");
    }

    /** UTC: for instance {@code 2026-11-28 14:45}. */
    private static void time(PageText page, long second) {
        LocalDateTime time = LocalDateTime.ofEpochSecond(second, 0, ZoneOffset.UTC);
        page.append(time.getYear()).append('-').twoDigits(time.getMonthValue());
        page.append('-').twoDigits(time.getDayOfMonth()).append(' ');
        page.twoDigits(time.getHour()).append(':').twoDigits(time.getMinute());
    }

    void end(PageText page) {
        page.append("</table>\n");
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
