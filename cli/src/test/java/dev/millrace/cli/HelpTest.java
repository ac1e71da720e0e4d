package dev.millrace.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What the command says about itself, and about words it does not know. */
class HelpTest {

    @Test
    void theOverviewHasALineForEachCommand() {
        String overview = Help.overview();
        assertThat(overview).startsWith("Usage: millrace COMMAND [OPTION...]\n\n");
        assertThat(overview)
                .contains("\n  serve [DIR]         serve the files of a folder over HTTP\n");
        assertThat(overview).contains("\n  run FILE.java       run a source file");
        for (Command command : Commands.all()) {
            assertThat(overview).contains("\n  " + command.name()).contains(command.summary());
        }
        assertThat(overview).endsWith("\n\nmillrace help COMMAND lists its options.\n");
    }

    @Test
    void aCommandsHelpHasItsUsageItsNotesAndEveryOption() {
        Command serve = Commands.named("serve");
        String help = Help.of(serve);
        assertThat(help)
                .startsWith(
                        """
                        Usage: millrace serve [OPTION...] [DIR]

                        Serve the files of a folder over HTTP.

                        DIR is the working folder by default.\
                        """)
                .contains("0 for no limit.\n", "\n\n  --cache TIME  ", "\n  --port N  ");
        for (Option option : serve.options()) {
            assertThat(help).contains("\n  " + option.form() + " ");
            assertThat(help).contains(" " + option.help() + "\n");
        }
    }

    @Test
    void lettersAndFlagsAreShown() {
        assertThat(Help.of(new GetCommand()))
                .startsWith("Usage: millrace get [OPTION...] URL\n\nFetch a URL.\n\nA file ")
                .contains("\n  -o, --output FILE          write the body there")
                .contains("\n  -c, --continue             continue a file")
                .contains("\n  --timeout TIME             without a byte");
        assertThat(Help.of(new BenchCommand()))
                .startsWith("Usage: millrace bench [OPTION...] URL\n\nLoad an HTTP server, and ")
                .contains("\n  -c, --connections N        connections in all (default 64)\n")
                .contains("\n  --json                     report as JSON\n");
    }

    @Test
    void aCommandWithoutOptionsPromisesNone() {
        assertThat(Help.of(new VersionCommand()))
                .isEqualTo("Usage: millrace version\n\nPrint the version.\n");
        assertThat(Help.of(new RunCommand()))
                .startsWith(
                        "Usage: millrace run [--driver NAME] [--class-path PATH] FILE.java"
                                + " [ARGUMENT...]\n\nRun a ");
    }

    @ParameterizedTest
    @CsvSource({
        "sevre,unknown command sevre; did you mean serve?; see: millrace help",
        "--verison,unknown option --verison; see: millrace help",
        "x,unknown command x; see: millrace help",
    })
    void anUnknownWordIsRefusedWithTheNearest(String word, String message) {
        assertThatExceptionOfType(UsageError.class)
                .isThrownBy(() -> Commands.named(word))
                .withMessage(message);
    }

    @Test
    void trainingIsThereThoughNoHelpMentionsIt() {
        assertThat(Commands.named("train")).isInstanceOf(TrainCommand.class);
        assertThat(Help.overview()).doesNotContain("train");
    }
}
