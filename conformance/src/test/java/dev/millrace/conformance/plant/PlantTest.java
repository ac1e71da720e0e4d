package dev.millrace.conformance.plant;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.conformance.plant.Mistake.DoesNotApply;
import dev.millrace.conformance.plant.Planting.Kind;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** That the mistakes of {@code conformance/mistakes} can be planted, and what the tool tells. */
class PlantTest {
    private static final Path ROOT = Path.of(System.getProperty("millrace.root", ".."));

    private static final String VICTIM =
            "library/src/main/java/dev/millrace/turn/LagHistogram.java";

    @Test
    void everyEntryFitsTheCodeAndNamesItsTests() throws IOException {
        List<String> wrong = new ArrayList<>();
        Mistake.check(
                ROOT,
                Mistake.all(ROOT),
                (mistake, what) ->
                        wrong.add(mistake.place() + " (" + mistake.title() + "): " + what));
        assertThat(wrong).isEmpty();
    }

    /** Without it the command has no mistake, and the entry survives. */
    @Test
    void anEntryWhoseTestStartsTheCommandSaysSo() throws IOException {
        List<String> wrong = new ArrayList<>();
        Mistake mistake =
                new Mistake(
                        "x.txt",
                        1,
                        "It is wrong",
                        Map.of("file", VICTIM, "tests", "UsageTest"),
                        "final class LagHistogram {",
                        "");
        Mistake.check(ROOT, List.of(mistake), (entry, what) -> wrong.add(what));
        assertThat(wrong).containsExactly("UsageTest starts the command: say 'launched: yes'");
    }

    @Test
    void noTitleIsThereTwice() throws IOException {
        assertThat(Mistake.all(ROOT)).extracting(Mistake::title).doesNotHaveDuplicates();
    }

    @Test
    void anEntryIsReadAsItIsWritten() {
        String list =
                """
                # of the loop

                == It is wrong
                file: a/B.java
                tests: OneTest, OtherTest
                driver: nio
                -- old
                    one;

                    two;
                -- new

                == It is wrong again
                file: a/B.java
                tests: OneTest
                faults: yes
                launched: yes
                -- old
                    two;
                -- new
                    three;
                """;
        List<Mistake> read = Mistake.parse("loop.txt", list.lines().toList());
        assertThat(read).hasSize(2);
        Mistake first = read.getFirst();
        assertThat(first.place()).isEqualTo("loop.txt:3");
        assertThat(first.tests()).containsExactly("OneTest", "OtherTest");
        assertThat(first.old()).isEqualTo("    one;\n\n    two;");
        assertThat(first.fresh()).isEmpty();
        assertThat(first.surroundings()).isEqualTo(new Surroundings(true, false, false));
        assertThat(read.getLast().fresh()).isEqualTo("    three;");
        assertThat(read.getLast().surroundings()).isEqualTo(new Surroundings(false, true, true));
    }

    @Test
    void aListThatIsWrongSaysWhere() {
        assertThatThrownBy(() -> Mistake.parse("a.txt", List.of("", "file: x")))
                .hasMessageStartingWith("a.txt:2: ");
        assertThatThrownBy(() -> Mistake.parse("a.txt", List.of("== It", "tests: XTest")))
                .hasMessageStartingWith("a.txt:1: ")
                .hasMessageContaining("-- old");
        assertThatThrownBy(() ->
                        Mistake.parse("a.txt", List.of("== It", "test: X", "-- old", "-- new")))
                .hasMessageContaining("'test: X' is none of");
    }

    @Test
    void onlyATextThatIsThereOnceIsReplaced() throws DoesNotApply {
        Mistake mistake = mistake("two;", "2;");
        assertThat(mistake.planted("one; two; three;")).isEqualTo("one; 2; three;");
        assertThatThrownBy(() -> mistake.planted("one;")).hasMessageContaining("not there");
        assertThatThrownBy(() -> mistake.planted("two; two;"))
                .hasMessageContaining("more than once");
    }

    /**
     * The code and the class path are real, so that what a survivor is can be told from a death.
     */
    @Test
    @Tag("faults")
    void aMistakeDiesAndAChangeWithoutEffectSurvives(@TempDir Path work) throws Exception {
        Planting planting = new Planting(ROOT.toAbsolutePath().normalize(), work);
        String text = Files.readString(ROOT.resolve(VICTIM));
        String first = "final class LagHistogram {";
        assertThat(text).contains(first);
        assertThat(planting.plant(mistake(first, first + " // here")).kind())
                .isEqualTo(Kind.SURVIVED);
        String throwing = first + " { if (true) { throw new IllegalStateException(); } }";
        Planting.Outcome outcome = planting.plant(mistake(first, throwing));
        assertThat(outcome.kind()).isEqualTo(Kind.DIED);
        assertThat(outcome.detail()).startsWith("LagHistogramTest.");
        assertThat(planting.plant(mistake(first, first + " none x;")).kind())
                .isEqualTo(Kind.DOES_NOT_COMPILE);
        assertThat(planting.plant(mistake("no such text", "x")).kind())
                .isEqualTo(Kind.DOES_NOT_APPLY);
        assertThat(planting.failures(List.of("LagHistogramTest"), Surroundings.PLAIN)).isEmpty();
    }

    /** Every test of it is in a class inside it, or inherited. */
    @Test
    @Tag("faults")
    void aClassWhoseTestsAreElsewhereRunsThem(@TempDir Path work) throws Exception {
        Planting planting = new Planting(ROOT.toAbsolutePath().normalize(), work);
        Surroundings nio = new Surroundings(true, false, false);
        assertThat(planting.failures(List.of("NioContractTest"), nio)).isEmpty();
    }

    private static Mistake mistake(String old, String fresh) {
        return new Mistake(
                "x.txt",
                1,
                "It is wrong",
                Map.of("file", VICTIM, "tests", "LagHistogramTest"),
                old,
                fresh);
    }
}
