package dev.millrace.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.PrintStream;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** How the words behind a command are taken apart. */
class ArgumentsTest {

    /** A command with two options and one operand. */
    private static final class Probe implements Command {
        @Override
        public String name() {
            return "probe";
        }

        @Override
        public String summary() {
            return "be parsed";
        }

        @Override
        public String operand() {
            return "[FILE]";
        }

        @Override
        public List<Option> options() {
            return List.of(
                    new Option("--name", "TEXT", ""),
                    new Option("--count", "N", ""),
                    new Option("-f", "--file", "FILE", ""),
                    new Option("-m", "--more", "TEXT", "").repeatable(),
                    Option.flag("-q", "--quiet", ""),
                    Option.flag("-v", "--verbose", ""));
        }

        @Override
        public int run(Arguments arguments, PrintStream out) {
            return Main.OK;
        }
    }

    private static Arguments parse(String... words) {
        return Arguments.parse(new Probe(), List.of(words));
    }

    private static void expectRefused(String message, String... words) {
        assertThatExceptionOfType(UsageError.class)
                .isThrownBy(() -> parse(words))
                .withMessage(message + "; see: millrace help probe");
    }

    @Test
    void anOptionHasItsValueBehindASpaceOrAnEqualsSign() {
        Arguments apart = parse("--name", "a", "file", "--count", "2");
        Arguments joined = parse("--name=a", "file", "--count=2");
        for (Arguments arguments : List.of(apart, joined)) {
            assertThat(arguments.text("--name")).contains("a");
            assertThat(arguments.text("--count")).contains("2");
            assertThat(arguments.operand()).contains("file");
            assertThat(arguments.wantsHelp()).isFalse();
        }
    }

    @Test
    void aValueMayHoldAnythingAnEqualsSignAndDashesToo() {
        assertThat(parse("--name=a=b").text("--name")).contains("a=b");
        assertThat(parse("--name=").text("--name")).contains("");
        assertThat(parse("--name", "--count").text("--name")).contains("--count");
        assertThat(parse("--name", "-h").wantsHelp()).as("it is the value").isFalse();
    }

    @Test
    void twoDashesEndTheOptions() {
        assertThat(parse("--count=1", "--", "--name").operand()).contains("--name");
        assertThat(parse("--", "--name").text("--name")).isEmpty();
        assertThat(parse("--", "--help").wantsHelp()).isFalse();
        assertThat(parse("--").operand()).isEmpty();
        expectRefused("probe takes no second operand: --", "--", "a", "--");
    }

    @Test
    void aLoneDashIsAnOperand() {
        assertThat(parse("-").operand()).contains("-");
    }

    @Test
    void helpIsAskedForInTwoWays() {
        assertThat(parse("-h").wantsHelp()).isTrue();
        assertThat(parse("--name", "a", "--help").wantsHelp()).isTrue();
        assertThat(parse().wantsHelp()).isFalse();
    }

    @Test
    void whatDoesNotBelongIsRefused() {
        expectRefused("--name is given twice", "--name=a", "--name", "b");
        expectRefused("--count needs a value", "--name=a", "--count");
        expectRefused("unknown option --nme; did you mean --name?", "--nme=a");
        expectRefused("unknown option -x", "-x");
        expectRefused("probe takes no second operand: b", "a", "b");
    }

    @Test
    void aLetterStandsForItsOption() {
        for (Arguments arguments : List.of(parse("-f", "a", "x"), parse("-fa", "x"))) {
            assertThat(arguments.text("--file")).contains("a");
            assertThat(arguments.operand()).contains("x");
        }
        assertThat(parse("-f=a").text("--file")).as("as everywhere").contains("=a");
        assertThat(parse("-f", "-q").text("--file")).contains("-q");
        expectRefused("--file needs a value", "-f");
        expectRefused("--file is given twice", "-f", "a", "--file=b");
    }

    @Test
    void aFlagHasNoValueAndLettersMayStandTogether() {
        Arguments arguments = parse("-qvfa", "--", "b");
        assertThat(arguments.has("--quiet")).isTrue();
        assertThat(arguments.has("--verbose")).isTrue();
        assertThat(arguments.text("--file")).contains("a");
        assertThat(arguments.operand()).contains("b");
        assertThat(parse("-qf", "a", "b").operand()).contains("b");
        assertThat(parse("--quiet", "b").operand()).contains("b");
        assertThat(parse("--quiet").has("--verbose")).isFalse();
        expectRefused("--quiet takes no value", "--quiet=yes");
        expectRefused("unknown option -x", "-qx");
        expectRefused("--file needs a value", "-qf");
        expectRefused("--quiet is given twice", "-qq");
    }

    @Test
    void someMayBeGivenSeveralTimes() {
        assertThat(parse("-m", "a", "--more=b", "-mc").texts("--more"))
                .containsExactly("a", "b", "c");
        assertThat(parse().texts("--more")).isEmpty();
    }

    @Test
    void twoOptionsMayHaveTheSameValue() {
        assertThat(parse("--name=2", "--count=2").text("--count")).contains("2");
    }

    private static Optional<Integer> number(String text) {
        return parse("--count=" + text).number("--count", 2, 5, "use 2 to 5");
    }

    @Test
    void aNumberIsWithinItsLimitsOrRefusedWithThem() {
        assertThat(parse().number("--count", 2, 5, "")).isEmpty();
        assertThat(number("2")).contains(2);
        assertThat(number("5")).contains(5);
        for (String text : List.of("1", "6", "-3", "x", "", "4294967299")) {
            assertThatExceptionOfType(UsageError.class)
                    .isThrownBy(() -> number(text))
                    .withMessage("--count " + text + ": use 2 to 5");
        }
    }

    @Test
    void aTimeAndASizeAreReadWithTheirUnits() {
        assertThat(parse("--count=2m").duration("--count")).contains(Duration.ofMinutes(2));
        assertThat(parse("--count=2m").bytes("--count")).contains(2L << 20);
        assertThat(parse().duration("--count")).isEmpty();
        assertThat(parse().bytes("--count")).isEmpty();
    }
}
