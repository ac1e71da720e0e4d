package dev.millrace.web.content;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.files.PathName;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A file and what lies beside it in a content coding. */
class DocumentTest {
    @TempDir private Path folder;

    private Document find(String name, String... codings) throws IOException {
        Site site = new Site(PathName.of(folder.toRealPath()), "index.html", true, true);
        byte[] path = ("/" + name).getBytes(java.nio.charset.StandardCharsets.UTF_8);
        Found found = site.find(path, List.of(codings));
        return ((Found.Opened) found).document();
    }

    @Test
    void theBestOfThoseThatAreThereIsFound() throws IOException {
        for (String name : List.of("a.css", "a.css.gz", "a.css.zst", "LICENSE", "LICENSE.br")) {
            Files.writeString(folder.resolve(name), name);
        }
        Document plain = find("a.css");
        Document gzip = find("a.css", "br", "gzip", "zstd");
        assertThat(plain.coding()).isEmpty();
        assertThat(gzip.coding()).isEqualTo("gzip");
        assertThat(gzip.type()).isEqualTo("text/css; charset=utf-8");
        assertThat(gzip.length()).isEqualTo(8);
        assertThat(find("a.css", "zstd").coding()).isEqualTo("zstd");
        assertThat(find("LICENSE", "br").type()).as("of the text").startsWith("text/plain");
        for (Document each : List.of(plain, gzip)) {
            each.file().close();
        }
    }

    @Test
    void codingsHaveTagsOfTheirOwn() throws IOException {
        Files.writeString(folder.resolve("a"), "same");
        Document plain = find("a");
        Document coded =
                new Document("", "gzip", true, plain.length(), plain.modified(), plain.file());
        Instant now = Instant.now();
        assertThat(coded.validator(now).tag()).isNotEqualTo(plain.validator(now).tag());
        plain.file().close();
    }
}
