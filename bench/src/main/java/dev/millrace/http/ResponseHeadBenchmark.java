package dev.millrace.http;

import dev.millrace.http.wire.FieldsToSend;
import dev.millrace.loop.Loop;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/** The head of a small answer, with one field of the handler's. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(value = 1, jvmArgsAppend = "--enable-native-access=ALL-UNNAMED")
public class ResponseHeadBenchmark {
    private Loop loop;
    private ResponseHead head;

    /** Opens what the date is cached by. */
    @Setup
    public void open() {
        loop = Loop.create();
        head = new ResponseHead(loop, HttpTimeouts.DEFAULTS);
    }

    /** Closes it. */
    @TearDown
    public void close() {
        loop.close();
    }

    /** Status line, one field, length, date and persistence. */
    @Benchmark
    public int write() {
        FieldsToSend fields = new FieldsToSend();
        fields.set("Content-Type", "text/plain");
        head.begin(200, null, fields);
        head.contentLength(13);
        head.end(true, true, true);
        return head.length();
    }
}
