package dev.millrace.web.content;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.files.FoundFile;
import dev.millrace.files.PathName;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ListingTest {

    private static String utf8(String text) {
        return ByteText.of(text.getBytes(StandardCharsets.UTF_8));
    }

    private static String page(Listing listing) {
        ListingPieces pieces = new ListingPieces(listing);
        StringBuilder page = new StringBuilder();
        while (!pieces.isOver()) {
            byte[] piece = pieces.next();
            assertThat(piece.length).isBetween(1, ListingPieces.PIECE_BYTES + 2_000);
            page.append(new String(piece, StandardCharsets.UTF_8));
        }
        return page.toString();
    }

    private static Site site(Path folder) throws IOException {
        return new Site(PathName.of(folder.toRealPath()), "index.html", true, true);
    }

    private static Listing.Entry entry(String name) {
        return new Listing.Entry(name, 1, 0, false);
    }

    private static Listing listing(Path folder) throws IOException {
        try (FoundFile found = FoundFile.find(PathName.of(folder))) {
            return Listing.of(site(folder), new Found.Folder(found, "/"));
        }
    }

    @Test
    void namesAreTextAndLinksAreReferences() {
        List<String> names = List.of("javascript:alert(1)", "a&b 100%", utf8("ü"), "caf\u00e9");
        List<Listing.Entry> entries = names.stream().map(ListingTest::entry).toList();
        assertThat(page(new Listing("/<i>/", entries, false)))
                .contains("<h1>/&lt;i&gt;/</h1>")
                .contains("<a href=\"./javascript:alert(1)\">javascript:alert(1)</a>")
                .contains("<a href=\"./a&amp;b%20100%25\">a&amp;b 100%</a>")
                .contains("<a href=\"./%C3%BC\">ü</a>")
                .contains("<a href=\"./caf%E9\">caf\uFFFD</a>")
                .doesNotContain("<i>");
    }

    @Test
    void anEmptyFolderHasAPage() {
        assertThat(page(new Listing("/", List.of(), false)))
                .endsWith("<table>\n</table>\n</body>\n</html>\n");
    }

    @Test
    void aFolderBeyondTheLimitIsCutAndSaysSo(@TempDir Path folder) throws IOException {
        for (int number = 0; number < Listing.ENTRIES_MAX; number++) {
            Files.createFile(folder.resolve("f" + number));
        }
        String whole = page(listing(folder));
        assertThat(whole).doesNotContain("Only");
        assertThat(whole.split("<tr>", -1)).hasSize(Listing.ENTRIES_MAX + 1);
        Files.createFile(folder.resolve("one more"));
        assertThat(page(listing(folder))).contains("Only 10000 names are shown");
    }

    @Test
    void sizesAndDatesAreShown() {
        List<Listing.Entry> entries =
                List.of(
                        new Listing.Entry("a", 0, 784111777, false),
                        new Listing.Entry("b", 1023, 0, false),
                        new Listing.Entry("c", 1024, 4_000_000_000L, false),
                        new Listing.Entry("d", 10_188, 0, false),
                        new Listing.Entry("e", (1L << 20) - 1, 0, false),
                        new Listing.Entry("f", 5L << 40, 0, false),
                        new Listing.Entry("g/", -1, 0, false));
        assertThat(page(new Listing("/", entries, false)))
                .contains("a</a></td><td>0 B</td><td>1994-11-06 08:49</td></tr>")
                .contains("b</a></td><td>1023 B</td><td>1970-01-01 00:00</td></tr>")
                .contains("c</a></td><td>1.0 KiB</td><td>2096-10-02 07:06</td></tr>")
                .contains("d</a></td><td>9.9 KiB</td>")
                .contains("e</a></td><td>1.0 MiB</td>")
                .contains("f</a></td><td>5.0 TiB</td>")
                .contains("g/</a></td><td></td><td>1970");
    }

    /** What would be a 404 or a 403 is told of, but leads nowhere. */
    @Test
    void deadEntriesAreNoLinks(@TempDir Path folder) throws Exception {
        Path site = Files.createDirectory(folder.resolve("site"));
        Files.writeString(site.resolve("file"), "text");
        Files.createDirectory(site.resolve("folder"));
        Files.createSymbolicLink(site.resolve("good"), Path.of("file"));
        Files.createSymbolicLink(site.resolve("missing"), Path.of("none"));
        Files.createSymbolicLink(site.resolve("circle"), Path.of("circle"));
        Files.createSymbolicLink(site.resolve("out"), folder);
        assertThat(new ProcessBuilder("mkfifo", "" + site.resolve("fifo")).start().waitFor())
                .isZero();
        assertThat(page(listing(site)))
                .contains("href=\"./file\"", "href=\"./folder/\"", "href=\"./good\"")
                .contains("<td>missing</td>", "<td>circle</td>", "<td>out</td>", "<td>fifo</td>")
                .contains("good</a></td><td>4 B</td>");
    }
}
