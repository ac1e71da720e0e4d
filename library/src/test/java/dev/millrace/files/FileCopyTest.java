package dev.millrace.files;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.kernel.SystemError;
import dev.millrace.loop.Loop;
import dev.millrace.testing.ChildJvm;
import dev.millrace.testing.Journal;
import dev.millrace.testing.LoopFixture;
import dev.millrace.testing.RawClient;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** One file into another: the two ends of a pipeline, and how each takes the other with it. */
class FileCopyTest {
    private static final long GIBIBYTE = 1L << 30;

    @TempDir private Path folder;

    private final Journal journal = new Journal();

    /** A program of its own, with a heap that a gibibyte does not fit into. */
    static final class Copy {
        private Copy() {}

        /** From, to. */
        public static void main(String[] arguments) {
            Loop.run(loop -> {
                FileInput input = FileInput.open(loop, Path.of(arguments[0]));
                FileOutput output = FileOutput.create(loop, Path.of(arguments[1]));
                long[] most = {0};
                input.onBytes((array, offset, length) -> {
                    most[0] = Math.max(most[0], output.queuedBytes());
                    return length;
                });
                output.onFinish(() ->
                        System.out.print(output.bytesWritten() + " bytes, " + most[0] + " waited"));
                input.pipelineTo(output);
            });
        }
    }

    @Test
    void moreThanTheHeapGoesThroughALittleMemory() throws Exception {
        expectCopied(GIBIBYTE / 8);
    }

    @Test
    @Tag("faults")
    void aGibibyteGoesThroughALittleMemory() throws Exception {
        expectCopied(GIBIBYTE);
    }

    private void expectCopied(long length) throws Exception {
        Path from = folder.resolve("from");
        try (FileChannel sparse =
                FileChannel.open(from, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
            sparse.write(ByteBuffer.allocate(1), length - 1);
        }
        List<String> command = ChildJvm.command(Copy.class, from.toString(), "/dev/null");
        command.add(1, "-Xmx24m");
        command.add(2, "-XX:MaxDirectMemorySize=4m");
        ChildJvm.Result result = ChildJvm.run(command);
        assertThat(result.output()).isEqualTo(length + " bytes, 65536 waited");
        assertThat(result.status()).isZero();
    }

    private void copy(Path from, Path to, FileRange range) {
        LoopFixture.run(loop -> {
            FileInput input = FileInput.open(loop, from, range);
            FileOutput output = FileOutput.create(loop, to);
            input.onError(error -> journal.add("input " + SystemError.codeOf(error)));
            output.onError(error -> journal.add("output " + SystemError.codeOf(error)));
            output.onFinish(journal.line("finished"));
            input.onClose(journal.line("input closed"));
            output.onClose(journal.line("output closed"));
            input.pipelineTo(output);
        });
    }

    @Test
    void aCopyIsEqual() throws IOException {
        byte[] bytes = RawClient.pattern(3_000_000);
        Path from = Files.write(folder.resolve("from"), bytes);
        Path to = folder.resolve("to");
        copy(from, to, FileRange.ALL);
        assertThat(Files.readAllBytes(to)).isEqualTo(bytes);
        assertThat(journal.lines())
                .containsExactlyInAnyOrder("finished", "input closed", "output closed");
        copy(from, to, new FileRange(7, 0));
        assertThat(to).isEmptyFile();
    }

    @Test
    void aFullDiskClosesTheSource() throws IOException {
        Path from = Files.write(folder.resolve("from"), RawClient.pattern(3_000_000));
        copy(from, Path.of("/dev/full"), FileRange.ALL);
        assertThat(journal.lines())
                .containsExactly("output ENOSPC", "output closed", "input closed");
    }

    @Test
    void aSourceThatFailsClosesTheDestination() throws IOException {
        Path from = Files.write(folder.resolve("from"), RawClient.pattern(3_000_000));
        copy(from, folder.resolve("to"), new FileRange(0, 3_000_001));
        assertThat(journal.lines())
                .containsExactly("input ENODATA", "input closed", "output closed");
    }
}
