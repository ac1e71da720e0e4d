package dev.millrace.conformance.abuse;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A tenth of what {@code conformance/abuse} does; times are judged there. */
@Tag("faults")
@Timeout(180)
class AbuseTest {
    @ParameterizedTest
    @EnumSource(Abuse.Scenario.class)
    @Tag("X30")
    @Tag("X32")
    @Tag("X42")
    @Tag("X43")
    @Tag("X44")
    @Tag("X52")
    @Tag("R48")
    void theServerStaysWhatItIs(Abuse.Scenario scenario, @TempDir Path folder) throws IOException {
        Path site = Files.createDirectory(folder.resolve("site"));
        Place place = Place.in(site, Scale.SHORT.readBytes());
        Stage stage = new Stage(Scale.SHORT, "", place, folder.resolve("log"));
        assertThat(scenario.play(stage)).allMatch(Figure::isFineOnABusyMachine);
    }
}
