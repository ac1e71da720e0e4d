package dev.millrace;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** The examples in the Javadoc are code that the build compiles, and every type has one. */
class JavadocExamplesTest {
    private static final Pattern SNIPPET =
            Pattern.compile("\\{@snippet class=\"([\\w.]+)\" region=\"(\\w+)\"}");
    private static final Pattern REGION = Pattern.compile("// @start region=\"(\\w+)\"");
    private static final Pattern INLINE = Pattern.compile("\\{@snippet\\s*:|<pre>\\{@code");
    private static final Pattern EXPORTED =
            Pattern.compile(".*/millrace/(kernel|loop|stream|stdio|net|udp|http)/\\w+\\.java");
    private static final Pattern USABLE =
            Pattern.compile("(?m)^public (?:final |abstract |sealed )*(?:class|interface) (\\w+)");

    /** Of these the example stands at the type that hands them out or takes them. */
    private static final Set<String> SHOWN_ELSEWHERE =
            Set.of(
                    "BytesListener",
                    "FilterWire",
                    "FilteredTransport",
                    "FrameException",
                    "InboundStream",
                    "LoopCallback",
                    "ReadSide",
                    "StreamPipe",
                    "WriteSide");

    private static List<SourceFile> library() {
        return SourceFile.all().stream().filter(SourceFile::isLibraryMain).toList();
    }

    private static String text(SourceFile file) {
        return String.join("\n", file.lines());
    }

    @Test
    void everyExampleIsCompiled() {
        assertThat(library())
                .isNotEmpty()
                .allSatisfy(file ->
                        assertThat(INLINE.matcher(text(file)).find())
                                .as("an example in %s that no build compiles", file.path())
                                .isFalse());
    }

    @Test
    void everyExampleIsThereAndShown() {
        Set<String> shown = new TreeSet<>();
        for (SourceFile file : library()) {
            Matcher snippet = SNIPPET.matcher(text(file));
            while (snippet.find()) {
                shown.add(snippet.group(1) + " " + snippet.group(2));
            }
        }
        Set<String> there = new TreeSet<>();
        for (SourceFile file : SourceFile.all()) {
            if (file.isTest() && !file.path().endsWith("JavadocExamplesTest.java")) {
                Matcher region = REGION.matcher(text(file));
                String name =
                        file.path()
                                .replaceFirst(".*/src/test/java/", "")
                                .replaceFirst("\\.java$", "")
                                .replace('/', '.');
                while (region.find()) {
                    there.add(name + " " + region.group(1));
                }
            }
        }
        assertThat(shown).hasSizeGreaterThan(40).containsExactlyInAnyOrderElementsOf(there);
    }

    @Test
    void everyTypeThatAProgramUsesHasAnExample() {
        Set<String> without = new TreeSet<>();
        for (SourceFile file : library()) {
            Matcher type = USABLE.matcher(text(file));
            if (EXPORTED.matcher(file.path()).matches()
                    && type.find()
                    && !SNIPPET.matcher(text(file)).find()) {
                without.add(type.group(1));
            }
        }
        assertThat(without).isEqualTo(new TreeSet<>(SHOWN_ELSEWHERE));
    }
}
