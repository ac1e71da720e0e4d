package dev.millrace.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.spi.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A module that requires the library compiles with the library's jar alone. */
class ModulePathTest {
    private static final String PROGRAM =
            """
            package app;

            import dev.millrace.http.HttpServer;
            import dev.millrace.loop.Loop;
            import dev.millrace.net.NetServer;
            import dev.millrace.stream.ReadStream;

            public final class Hello {
                public static void main(String[] arguments) {
                    Loop.run(
                            loop -> {
                                NetServer.create(loop, socket -> socket.pipeTo(socket)).close();
                                HttpServer.create(loop, (in, out) -> out.end("hello")).close();
                            });
                }

                static boolean isPaused(ReadStream stream) {
                    return stream.isPaused();
                }
            }
            """;

    @Test
    void theJarAloneIsEnough(@TempDir Path folder) throws IOException {
        Path module = folder.resolve("module-info.java");
        Files.writeString(module, "module app { requires dev.millrace; }");
        Path program = Files.writeString(folder.resolve("Hello.java"), PROGRAM);
        StringWriter said = new StringWriter();
        int status =
                ToolProvider.findFirst("javac")
                        .orElseThrow()
                        .run(
                                new PrintWriter(said),
                                new PrintWriter(said),
                                "-Xlint:all",
                                "-Werror",
                                "-p",
                                ServerProcess.root()
                                        .resolve("cli/target/app/millrace.jar")
                                        .toString(),
                                "-d",
                                folder.resolve("out").toString(),
                                module.toString(),
                                program.toString());
        assertThat(said.toString()).isEmpty();
        assertThat(status).isZero();
    }
}
