package dev.millrace.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is typed wrongly, or can't be done, is one line that says what to do. */
class UsageTest {

    /** By the launcher: what it refuses itself, and one more for the way of the others. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "sevre               | unknown command sevre; did you mean serve?",
                "run                 | run needs a Java source file",
                "run --driver nio    | run needs a Java source file",
                "run --class-path    | --class-path needs a value",
                "run --class-path= x | --class-path is empty; name jars",
                "run --class-path src:no.jar x.java | --class-path src:no.jar: there is no no.jar; name",
                "run no-such.java    | there is no file no-such.java; name a Java source file",
                "run src             | src is a folder; name a Java source file in it",
                "run pom.xml         | pom.xml is no Java source file; its name has to end with .java",
                "run --driver nio soak | soak is no Java source file",
                "run ../cli/target/app/millrace.jar | ../cli/target/app/millrace.jar is compiled already",
                "run /dev/null       | /dev/null is no regular file; name a Java source file"
            })
    void wrongUsageEndsWithStatus2(String words, String message) {
        try (Launched command = Launched.start(words.strip().split(" "))) {
            assertThat(command.status()).isEqualTo(2);
            assertThat(command.errors()).startsWith("millrace: " + message).hasLineCount(1);
            assertThat(command.output()).isEmpty();
        }
    }

    @Test
    void wrongUsageIsOneLineOfEachCommand() {
        String[] rows = {
            "hello --prot 1      | unknown option --prot; did you mean --port?",
            "hello --port 65536  | --port 65536: use 0 (any free port) to 65535",
            "hello --port x      | --port x: use 0 (any free port) to 65535",
            "hello --port        | --port needs a value",
            "hello --port=1 --port=2 | --port is given twice",
            "hello there         | hello takes no operand: there",
            "serve a b           | serve takes no second operand: b",
            "echo --loops 0      | --loops 0: use 1 to 256",
            "echo --max-body 1k  | unknown option --max-body",
            "hello --max-body 1x | --max-body 1x: a size is",
            "hello --header-timeout 5y | --header-timeout 5y: a duration is",
            "hello --host=       | --host is empty",
            "hello --host ::1%no | --host ::1%no: no network interface is called: no",
            "proxy unix:/a       | proxy needs LISTEN and TARGET",
            "get                 | get needs a URL, http://127.0.0.1:8080/ for instance; see",
            "get -c a            | --continue needs a file; name it with -o, or use -O",
            "get -oI             | get needs a URL",
            "bench               | bench needs a URL, http://127.0.0.1:8080/ for instance; see",
            "bench --rat 5 a     | unknown option --rat; did you mean --rate?",
            "start               | start needs a Java source file, or --listen and a command",
            "start no-such.java  | there is no file no-such.java; name a Java source file",
            "start src           | src is a folder; name a Java source file in it",
            "start pom.xml       | pom.xml is no Java source file; its name has to end with .java",
            "start --workers 0 x | --workers 0: use 1 to 1024",
            "start --class-path no.jar src/x.java | there is no file src/x.java; name a Java",
            "start --listen a -- x | --listen a: no address; write tcp://HOST:PORT or unix:PATH",
            "start --listen tcp://127.0.0.1:0 | --listen needs a command; write it behind --",
            "hello --workers 2 --loops 2 | --workers and --loops exclude each other",
        };
        List<Several> outcomes = ofRows(rows);
        for (int at = 0; at < rows.length; at++) {
            Several outcome = outcomes.get(at);
            assertThat(outcome.status()).as(rows[at]).isEqualTo(2);
            assertThat(outcome.errors())
                    .as(rows[at])
                    .startsWith("millrace: " + words(rows[at])[1])
                    .hasLineCount(1);
            assertThat(outcome.output()).as(rows[at]).isEmpty();
        }
    }

    /** What is typed, and what is said of it. */
    private static String[] words(String row) {
        return row.split(" *\\| ");
    }

    /** Of the command lines in front of what is told. */
    private static List<Several> ofRows(String... rows) {
        return several(
                Stream.of(rows).map(row -> words(row)[0].split(" ")).toArray(String[][]::new));
    }

    private static List<Several> several(String[]... lines) {
        return Several.run(Path.of(""), Map.of(), lines);
    }

    private static Several one(List<Several> outcomes, int at, int status) {
        assertThat(outcomes.get(at).status()).isEqualTo(status);
        assertThat(outcomes.get(at).output()).isEmpty();
        return outcomes.get(at);
    }

    @Test
    void whatCantBeServedOrListenedOnIsNamed(@TempDir Path folder) throws IOException {
        String missing = folder.resolve("none").toString();
        String file = Files.writeString(folder.resolve("page.html"), "<p>").toString();
        String path = folder.resolve("none/socket").toString();
        List<Several> outcomes =
                several(
                        Several.line("serve", missing),
                        Several.line("serve", file),
                        Several.line("echo", "--unix", path),
                        Several.line("hello", "--port=0", "--host=192.0.2.1"),
                        Several.line("echo", "--unix", "/tmp/" + "x".repeat(108)));
        assertThat(one(outcomes, 0, 1).errors())
                .startsWith("millrace: can't serve " + missing)
                .hasLineCount(1);
        assertThat(one(outcomes, 1, 1).errors())
                .isEqualTo(
                        "millrace: can't serve "
                                + file
                                + ": it is no folder; name the one that it lies in\n");
        assertThat(one(outcomes, 2, 1).errors()).contains(path, "does not exist").hasLineCount(1);
        assertThat(one(outcomes, 3, 1).errors()).contains("no address 192.0.2.1").hasLineCount(1);
        assertThat(one(outcomes, 4, 2).errors()).contains("107").hasLineCount(1);
    }

    @Test
    void aTakenPortNamesItsHolder() throws IOException {
        InetAddress loopback = InetAddress.getByAddress(new byte[] {127, 0, 0, 1});
        try (ServerSocket holder = new ServerSocket(0, 1, loopback);
                Launched command = Launched.start("hello", "--port", "" + holder.getLocalPort())) {
            assertThat(command.status()).isEqualTo(1);
            assertThat(command.errors())
                    .contains("port " + holder.getLocalPort() + " of 127.0.0.1 is in use")
                    .contains("process " + ProcessHandle.current().pid())
                    .contains("--port")
                    .hasLineCount(1);
            assertThat(command.output()).as("no start line").isEmpty();
        }
    }

    @Test
    void aTakenUnixPathNamesItsHolder(@TempDir Path folder) throws IOException {
        Path path = folder.resolve("socket");
        try (Launched first = Launched.start("echo", "--unix", "" + path).listening();
                Launched second = Launched.start("echo", "--unix", "" + path)) {
            assertThat(second.status()).isEqualTo(1);
            assertThat(second.errors()).contains("process " + first.pid()).hasLineCount(1);
        }
        try (Launched third = Launched.start("echo", "--unix", "" + path)) {
            assertThat(third.status()).isEqualTo(1);
            assertThat(third.errors()).contains("remove it").hasLineCount(1);
        }
        assertThat(Files.exists(path)).as("what was there is left alone").isTrue();
    }

    /** Root may read and enter everything, so this holds for other users. */
    @Test
    void aFolderThatMayNotBeReadIsNamed(@TempDir Path folder) throws IOException {
        Path closed = Files.createDirectory(folder.resolve("closed"));
        Files.setPosixFilePermissions(closed, Set.of());
        assumeFalse(Files.isReadable(closed), "this user may read everything");
        try (Launched command = Launched.start("serve", "" + closed)) {
            assertThat(command.status()).isEqualTo(1);
            assertThat(command.errors())
                    .startsWith("millrace: can't serve " + closed + ": this user may not read it")
                    .hasLineCount(1);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "run --help,Usage: millrace run [--driver NAME] [--class-path PATH] FILE.java",
        "version,millrace 0.",
    })
    void whatIsAskedForGoesToStandardOutput(String words, String output) {
        try (Launched command = Launched.start(words.split(" "))) {
            assertThat(command.output()).startsWith(output);
            assertThat(command.errors()).isEmpty();
            assertThat(command.status()).isZero();
        }
    }

    @Test
    void helpIsGivenToStandardOutputAndSoIsTheDoctorsReport() {
        String[] rows = {
            "help | Usage: millrace COMMAND",
            "--help | Usage: millrace COMMAND",
            "help serve | Usage: millrace serve [OPTION...] [DIR]",
            "doctor | millrace ",
        };
        List<Several> outcomes = ofRows(rows);
        for (int at = 0; at < rows.length; at++) {
            assertThat(outcomes.get(at).output()).startsWith(words(rows[at])[1]);
            assertThat(outcomes.get(at).errors()).isEmpty();
            assertThat(outcomes.get(at).status()).isZero();
        }
    }

    @Test
    void withoutWordsItSaysWhatThereIs() {
        try (Launched command = Launched.start()) {
            assertThat(command.output()).startsWith("Usage: millrace COMMAND");
            assertThat(command.status()).isZero();
        }
    }

    /** Runs the command in a shell, which decides what becomes of its output. */
    private static Launched inShell(String line) {
        String script = "m=$0; " + line;
        String launcher = Launched.root().resolve("millrace").toString();
        return Launched.start(Path.of(""), Map.of(), List.of("sh", "-c", script, launcher));
    }

    @Test
    void outputThatIsLostIsAFailure() {
        try (Launched command = inShell("\"$m\" version > /dev/full")) {
            assertThat(command.errors())
                    .startsWith("millrace: can't write to standard output: ")
                    .hasLineCount(1);
            assertThat(command.status()).isEqualTo(1);
        }
    }

    @Test
    void aReaderThatHasSeenEnoughIsNoFailure() {
        try (Launched command = inShell("{ \"$m\" help; echo \"status $?\" >&2; } | true")) {
            assertThat(command.errors()).isEqualTo("status 0\n");
        }
    }
}
