package dev.millrace;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What the documents point to exists: the ten files of the tour, and every relative link. */
class TourTest {
    private static final Pattern STOP = Pattern.compile("^(\\d+)\\. `([^`]+)`");
    private static final Pattern LINK = Pattern.compile("\\]\\(([^)#]+)[^)]*\\)");

    @Test
    void theTourHasTenFilesThatExist() throws IOException {
        Path root = SourceFile.root();
        List<String> stops = new ArrayList<>();
        for (String line : Files.readAllLines(root.resolve("docs/tour.md"))) {
            Matcher stop = STOP.matcher(line);
            if (stop.find()) {
                stops.add(stop.group(2));
            }
        }
        assertThat(stops).hasSize(10);
        assertThat(stops)
                .allSatisfy(file ->
                        assertThat(root.resolve(file))
                                .as("a file of docs/tour.md; mend the tour when it moved")
                                .isRegularFile());
    }

    @Test
    void relativeLinksLeadSomewhere() throws IOException {
        Path root = SourceFile.root();
        List<Path> pages = new ArrayList<>();
        try (Stream<Path> top = Files.list(root)) {
            top.filter(TourTest::isPage).forEach(pages::add);
        }
        for (String folder : List.of("docs", "examples", "bench")) {
            try (Stream<Path> below = Files.walk(root.resolve(folder))) {
                below.filter(TourTest::isPage)
                        .filter(page -> !page.toString().contains("/target/"))
                        .forEach(pages::add);
            }
        }
        List<String> broken = new ArrayList<>();
        for (Path page : pages) {
            broken.addAll(brokenLinks(page));
        }
        assertThat(broken).as("links that lead nowhere; mend the page").isEmpty();
    }

    private static boolean isPage(Path file) {
        return file.toString().endsWith(".md");
    }

    private static List<String> brokenLinks(Path page) throws IOException {
        List<String> broken = new ArrayList<>();
        Matcher link = LINK.matcher(Files.readString(page));
        while (link.find()) {
            String target = link.group(1);
            if (!target.contains(":") && !Files.exists(page.resolveSibling(target))) {
                broken.add(page.getFileName() + ": " + target);
            }
        }
        return broken;
    }
}
