package dev.millrace.conformance.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The seeds of each target in every build; a minute of fuzzing where there is time for it. */
class FuzzTest {
    private static final int SECONDS = Integer.getInteger("millrace.fuzz.seconds", 60);

    @ParameterizedTest
    @EnumSource(Target.class)
    void theSeedsAreAllRight(Target target) {
        assertThat(target.seeds()).hasSizeGreaterThan(100).allSatisfy(target::check);
    }

    @ParameterizedTest
    @EnumSource(Target.class)
    @Tag("faults")
    void aMinuteOfFuzzingFindsNothing(Target target, @TempDir Path folder)
            throws IOException, InterruptedException {
        List<String> lines = Fuzz.run(target, SECONDS, folder);
        lines.stream().filter(line -> line.startsWith("Done ")).forEach(System.out::println);
        assertThat(Fuzz.isClean(lines)).as(String.join("\n", lines)).isTrue();
    }
}
