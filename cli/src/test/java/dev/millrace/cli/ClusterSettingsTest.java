package dev.millrace.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.millrace.cluster.Scheduling;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What the options for several processes mean. */
class ClusterSettingsTest {

    private static Optional<ClusterSettings> read(String... words) {
        return ClusterSettings.read(Arguments.parse(new HelloCommand(), List.of(words)));
    }

    @Test
    void oneProcessAloneIsTheDefault() {
        assertThat(read()).isEmpty();
        assertThat(read("--loops=2")).isEmpty();
        assertThat(read("--workers=1024")).map(ClusterSettings::workers).contains(1024);
        assertThat(read("--workers=2").orElseThrow().scheduling())
                .isEqualTo(Scheduling.ROUND_ROBIN);
        assertThat(read("--workers=2", "--scheduling=shared").orElseThrow().scheduling())
                .isEqualTo(Scheduling.SHARED);
        assertThat(read("--workers=2", "--scheduling=reuse-port").orElseThrow().scheduling())
                .isEqualTo(Scheduling.REUSE_PORT);
        assertThat(read("--workers=1", "--control=c").orElseThrow().control())
                .contains(Path.of("c").toAbsolutePath());
    }

    @ParameterizedTest
    @CsvSource({
        "--workers=0,--workers 0: use 1 to 1024",
        "--workers=1025,--workers 1025: use 1 to 1024",
        "--control=c,--control is for several processes; give --workers too",
        "--workers=1 --control=,--control is empty; name a file to make",
        "--scheduling=shared,--scheduling is for several processes; give --workers too",
        "--workers=2 --scheduling=fair,'--scheduling fair: use round-robin, shared or reuse-port'",
        "--workers=2 --driver=nio,'--workers needs the driver epoll, by which sockets pass'",
        "--workers=2 --loops=2,--workers and --loops exclude each other",
    })
    void whatDoesNotFitIsRefused(String words, String message) {
        assertThatExceptionOfType(UsageError.class)
                .isThrownBy(() -> read(words.split(" ")))
                .withMessageStartingWith(message);
    }
}
