package dev.millrace.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ListingTest {

    @Test
    void namesAreTextAndLinksAreReferences() {
        String page = Listing.html("/<i>/", List.of("javascript:alert(1)", "a&b 100%", "ü"), false);
        assertThat(page)
                .contains("<h1>/&lt;i&gt;/</h1>")
                .contains("<a href=\"./javascript:alert(1)\">javascript:alert(1)</a>")
                .contains("<a href=\"./a&amp;b%20100%25\">a&amp;b 100%</a>")
                .contains("<a href=\"./%C3%BC\">ü</a>")
                .doesNotContain("<i>");
    }

    @Test
    void aFolderBeyondTheLimitIsCutAndSaysSo(@TempDir Path folder) throws IOException {
        for (int number = 0; number < Listing.ENTRIES_MAX; number++) {
            Files.createFile(folder.resolve("f" + number));
        }
        Found.Folder found = new Found.Folder(folder, "/");
        assertThat(new String(Listing.page(found))).doesNotContain("Only");
        Files.createFile(folder.resolve("one more"));
        assertThat(new String(Listing.page(found))).contains("Only 10000 names are shown");
    }
}
