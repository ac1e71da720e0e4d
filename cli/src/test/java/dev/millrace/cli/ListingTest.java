package dev.millrace.cli;

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

    private static Listing listing(Path folder) throws IOException {
        try (FoundFile found = FoundFile.find(PathName.of(folder))) {
            return Listing.of(new Found.Folder(found, "/"));
        }
    }

    @Test
    void namesAreTextAndLinksAreReferences() {
        List<String> names = List.of("javascript:alert(1)", "a&b 100%", utf8("ü"), "caf\u00e9");
        assertThat(page(new Listing("/<i>/", names, false)))
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
                .endsWith("<ul>\n</ul>\n</body>\n</html>\n");
    }

    @Test
    void aFolderBeyondTheLimitIsCutAndSaysSo(@TempDir Path folder) throws IOException {
        for (int number = 0; number < Listing.ENTRIES_MAX; number++) {
            Files.createFile(folder.resolve("f" + number));
        }
        String whole = page(listing(folder));
        assertThat(whole).doesNotContain("Only");
        assertThat(whole.split("<li>", -1)).hasSize(Listing.ENTRIES_MAX + 1);
        Files.createFile(folder.resolve("one more"));
        assertThat(page(listing(folder))).contains("Only 10000 names are shown");
    }
}
