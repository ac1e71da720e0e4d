package dev.millrace.loop;

import dev.millrace.kernel.IpAddress;
import dev.millrace.net.NetServer;
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
import org.openjdk.jmh.annotations.Warmup;

/**
 * A message of 64 bytes from the driver to the listener and back, a turn of the loop each, without
 * the kernel. A pipe allocates nothing; {@code onData} its owned chunk: array and buffer.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(value = 1, jvmArgsAppend = "--enable-native-access=ALL-UNNAMED")
public class EchoPathBenchmark {
    private static final int MESSAGE_BYTES = 64;

    /** How the echo is written. */
    @Param({"pipeTo", "onData"})
    public String style = "pipeTo";

    private OneConnectionDriver driver;
    private Loop loop;

    /** Connects. */
    @Setup
    public void open() {
        driver = new OneConnectionDriver(MESSAGE_BYTES);
        loop = Loop.on(driver);
        NetServer.create(
                        loop,
                        socket -> {
                            if (style.equals("pipeTo")) {
                                socket.pipeTo(socket);
                            } else {
                                socket.onData(socket::write);
                            }
                        })
                .listen(IpAddress.loopback(0));
        loop.run(RunMode.NOWAIT);
        loop.run(RunMode.NOWAIT);
    }

    /** One turn, one message. */
    @Benchmark
    public long turn() {
        loop.run(RunMode.NOWAIT);
        return driver.sentBytes();
    }
}
