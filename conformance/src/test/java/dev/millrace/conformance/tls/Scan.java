package dev.millrace.conformance.tls;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** Two scanners, against {@code millrace serve} as it is when nothing but a certificate is told. */
enum Scan {
    SSLSCAN("sslscan") {
        @Override
        ScanReport report(Path program, String server, Path folder) {
            return ScanReport.ofSslscan(
                    Stage.run(List.of(program.toString(), "--no-colour", server)));
        }
    },

    TESTSSL("testssl") {
        @Override
        ScanReport report(Path program, String server, Path folder) throws IOException {
            Path file = folder.resolve("testssl.csv");
            String text =
                    Stage.run(
                            List.of(
                                    program.toString(),
                                    "--quiet",
                                    "--color=0",
                                    "--warnings=off",
                                    "--ip=127.0.0.1",
                                    "--protocols",
                                    "--std",
                                    "--pfs",
                                    "--server-preference",
                                    "--server-defaults",
                                    "--vulnerable",
                                    "--csvfile=" + file,
                                    server));
            return ScanReport.ofTestssl(Files.exists(file) ? Files.readString(file) : text);
        }
    };

    private final String program;

    Scan(String program) {
        this.program = program;
    }

    abstract ScanReport report(Path program, String server, Path folder) throws IOException;

    /** Where it is; empty if it is not on this machine. */
    Optional<Path> program() {
        return Stage.program(program).or(() -> Stage.program(program + ".sh"));
    }

    ScanReport of(Stage stage) throws IOException {
        return of(stage, stage.serve());
    }

    ScanReport of(Stage stage, int port) throws IOException {
        return report(program().orElseThrow(), "localhost:" + port, stage.folder);
    }
}
