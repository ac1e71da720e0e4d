package dev.millrace.loop;

import java.time.Duration;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/** Starting a timer anew among many that run, as an idle timeout does with every message. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(value = 1, jvmArgsAppend = "--enable-native-access=ALL-UNNAMED")
public class TimerHeapBenchmark {
    /** How many timers run. */
    @Param({"100", "10000"})
    public int timers = 100;

    private final SplittableRandom random = new SplittableRandom(1);
    private final Runnable nothing = () -> {};
    private Loop loop;
    private TimerHandle[] running = {};
    private Duration[] delays = {};

    /** Starts them. */
    @Setup
    public void open() {
        loop = Loop.create();
        running = new TimerHandle[timers];
        delays = new Duration[timers];
        for (int at = 0; at < timers; at++) {
            delays[at] = Duration.ofMillis(random.nextInt(1, 60_000));
            running[at] = loop.setTimeout(delays[at], nothing);
        }
    }

    /** Stops them. */
    @TearDown
    public void close() {
        loop.close();
    }

    /** One of them, at random, with the delay of another. */
    @Benchmark
    public TimerHandle restart() {
        TimerHandle timer = running[random.nextInt(timers)];
        timer.start(delays[random.nextInt(timers)], nothing);
        return timer;
    }
}
