package dev.millrace.conformance.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
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

    /** As many at a time as there are processors: the whole machine is the profile's anyway. */
    @Test
    @Tag("faults")
    void aMinuteOfFuzzingEachFindsNothing(@TempDir Path folder) throws Exception {
        Map<Target, Future<List<String>>> runs = new EnumMap<>(Target.class);
        int atOnce = Runtime.getRuntime().availableProcessors();
        try (ExecutorService threads = Executors.newFixedThreadPool(atOnce)) {
            for (Target target : Target.values()) {
                Path own = folder.resolve(target.name());
                runs.put(target, threads.submit(() -> Fuzz.run(target, SECONDS, own)));
            }
        }
        for (var run : runs.entrySet()) {
            List<String> lines = run.getValue().get();
            lines.stream().filter(line -> line.startsWith("Done ")).forEach(System.out::println);
            assertThat(Fuzz.isClean(lines))
                    .as(run.getKey() + ": " + String.join("\n", lines))
                    .isTrue();
        }
    }
}
