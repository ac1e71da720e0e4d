package dev.millrace.stdio;

import dev.millrace.kernel.SystemError;
import dev.millrace.kernel.Terminal;
import dev.millrace.loop.Loop;
import dev.millrace.testing.RawClient;
import dev.millrace.testing.Specimens;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ForkJoinPool;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Programs for {@link StandardStreamsTest} to run in processes of their own. */
final class StandardPrograms {
    private StandardPrograms() {}

    /** Copies standard input to standard output, and tells of both on standard error. */
    static final class Copy {
        public static void main(String[] arguments) {
            Loop.run(loop -> {
                StandardInput input = StandardInput.open(loop);
                StandardOutput output = StandardOutput.open(loop);
                StandardOutput error = StandardOutput.openError(loop);
                input.onClose(
                        () -> error.write(input.kind() + " " + output.kind() + threads() + "\n"));
                input.pipeTo(output);
            });
        }

        private static String threads() {
            return Thread.getAllStackTraces().keySet().stream()
                    .map(Thread::getName)
                    .filter(name -> name.startsWith("millrace-std"))
                    .map(name -> " " + name)
                    .sorted()
                    .collect(Collectors.joining());
        }
    }

    /** Tells what became of one write and one read. */
    static final class Failing {
        public static void main(String[] arguments) {
            Loop.run(loop -> {
                StandardOutput output = StandardOutput.open(loop);
                output.onError(Failing::tell);
                output.write("x");
                output.end();
                StandardInput input = StandardInput.open(loop);
                input.onError(Failing::tell);
                input.onData(buffer -> {});
            });
        }

        private static void tell(IOException error) {
            SystemError known = (SystemError) error;
            System.err.println(known.syscall() + " " + known.code());
        }
    }

    /** Writes so many bytes of the pattern, faster than anybody reads. */
    static final class Much {
        public static void main(String[] arguments) {
            byte[] bytes = RawClient.pattern(Integer.parseInt(arguments[0]));
            Loop.run(loop -> {
                StandardOutput output = StandardOutput.open(loop);
                output.onError(
                        error -> StandardOutput.openError(loop).write(SystemError.codeOf(error)));
                for (int at = 0; at < bytes.length; at += 10_000) {
                    output.write(bytes, at, Math.min(10_000, bytes.length - at));
                }
                output.end();
            });
        }
    }

    /** Writes more than the kernel holds, and gives it up; tells that this is over. */
    static final class GiveUp {
        public static void main(String[] arguments) {
            Loop.run(loop -> {
                StandardOutput output = StandardOutput.open(loop);
                output.onClose(() -> System.err.print("closed"));
                output.write(new byte[1_000_000], 0, 1_000_000);
                loop.setTimeout(Duration.ofMillis(50), output::destroy);
            });
        }
    }

    /** Pauses with the first chunk, and prints how far its input was read many turns later. */
    static final class Paused {
        private static final int TURNS = 2_000;

        public static void main(String[] arguments) {
            Loop.run(loop -> {
                StandardInput input = StandardInput.open(loop);
                input.onData(bytes -> {
                    input.pause();
                    after(loop, TURNS, input);
                });
            });
        }

        private static void after(Loop loop, int turns, StandardInput input) {
            if (turns > 0) {
                loop.setImmediate(() -> after(loop, turns - 1, input));
                return;
            }
            try (Stream<String> lines = Files.lines(Path.of("/proc/self/fdinfo/0"))) {
                System.err.print(lines.findFirst().orElseThrow().replaceAll("\\s+", " "));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            input.close();
        }
    }

    /** Writes much and ends it at once; prints what waits when it is told of the drain. */
    static final class Drained {
        public static void main(String[] arguments) {
            Loop.run(loop -> {
                StandardOutput output = StandardOutput.open(loop);
                output.onDrain(() -> System.err.print(output.queuedBytes() + " "));
                output.onClose(() -> System.err.print("closed"));
                output.write(new byte[8 << 20], 0, 8 << 20);
                output.end();
            });
        }
    }

    /** Writes more than the kernel holds, ends it, and writes on. */
    static final class Late {
        public static void main(String[] arguments) {
            Loop.run(loop -> {
                StandardOutput output = StandardOutput.open(loop);
                output.onError(error -> System.err.print(error.getMessage()));
                output.onClose(() -> System.err.print(", closed"));
                output.write(new byte[1_000_000], 0, 1_000_000);
                output.end();
                System.err.print(output.write("late") + " " + output.write("later") + ", ");
            });
        }
    }

    /** Asks for a second stream of each, while it has the first and when that is over. */
    static final class Twice {
        public static void main(String[] arguments) {
            Loop.run(loop -> {
                StandardInput input = StandardInput.open(loop);
                StandardOutput output = StandardOutput.open(loop);
                StandardOutput error = StandardOutput.openError(loop);
                List<Consumer<Loop>> seconds =
                        List.of(
                                StandardInput::open,
                                StandardOutput::open,
                                StandardOutput::openError);
                for (Consumer<Loop> second : seconds) {
                    try {
                        second.accept(loop);
                        error.write("opened twice\n");
                    } catch (IllegalStateException e) {
                        error.write(e.getMessage() + "\n");
                    }
                }
                input.close();
                output.close();
                StandardInput.open(loop).close();
                StandardOutput.open(loop).close();
                error.write("opened again\n");
            });
        }
    }

    /** Does not wait for an input that never ends. */
    static final class Unref {
        public static void main(String[] arguments) {
            Loop.run(loop -> StandardInput.open(loop).unref());
        }
    }

    /**
     * Raw mode, by its input and by its output; ends by itself, by exit or by an exception, as it
     * is told by its first key.
     */
    static final class Raw {
        public static void main(String[] arguments) {
            Loop.run(loop -> {
                StandardInput input = StandardInput.open(loop);
                StandardOutput output = StandardOutput.open(loop);
                raw(input.terminal());
                raw(output.terminal());
                output.write("raw");
                input.onBytes((array, offset, length) -> {
                    switch (array[offset]) {
                        case 'c' -> input.close();
                        case 'x' -> System.exit(0);
                        default -> throw new IllegalStateException("told to");
                    }
                    return length;
                });
                loop.setTimeout(Duration.ofSeconds(60), input::close).unref();
            });
        }

        private static void raw(Optional<Terminal> terminal) {
            try {
                terminal.orElseThrow().raw();
            } catch (IOException e) {
                throw new AssertionError(e);
            }
        }
    }

    /** Pauses its input and leaves it so; tells how the thread that reads it waits then. */
    static final class Left {
        private static final long DEADLINE_NANOS = 10_000_000_000L;

        public static void main(String[] arguments) {
            Loop.run(loop -> {
                StandardInput input = StandardInput.open(loop);
                input.onData(bytes -> input.pause());
            });
            Thread reader =
                    Thread.getAllStackTraces().keySet().stream()
                            .filter(thread -> thread.getName().startsWith("millrace-stdin"))
                            .findFirst()
                            .orElseThrow();
            long from = System.nanoTime();
            while (reader.getState() != Thread.State.TIMED_WAITING
                    && System.nanoTime() - from < DEADLINE_NANOS) {
                Thread.onSpinWait();
            }
            System.err.print(reader.getState());
        }
    }

    /** Resumes before it has looked at what it was lent; tells when that changed meanwhile. */
    static final class Lent {
        private static final long LOOK_NANOS = 50_000_000;

        public static void main(String[] arguments) {
            Loop.run(loop -> {
                StandardInput input = StandardInput.open(loop);
                StandardOutput error = StandardOutput.openError(loop);
                input.onBytes((array, offset, length) -> {
                    byte[] before = Arrays.copyOfRange(array, offset, offset + length);
                    input.pause();
                    input.resume();
                    for (long from = System.nanoTime(); System.nanoTime() - from < LOOK_NANOS; ) {
                        Thread.onSpinWait();
                    }
                    if (!Arrays.equals(array, offset, offset + length, before, 0, length)) {
                        error.write("overwritten ");
                    }
                    return length;
                });
                input.onClose(() -> error.write("closed"));
            });
        }
    }

    /** Calls everything from another thread, and tells what was not refused. */
    static final class Foreign {
        public static void main(String[] arguments) {
            Loop.run(loop -> {
                StandardInput input = StandardInput.open(loop);
                StandardOutput output = StandardOutput.open(loop);
                StandardOutput error = StandardOutput.openError(loop);
                String accepted =
                        Stream.of(input, output)
                                .flatMap(stream ->
                                        Specimens.methods(stream.getClass()).stream()
                                                .filter(method -> !isRefused(method, stream))
                                                .map(Method::getName))
                                .sorted()
                                .collect(Collectors.joining(" "));
                error.write("accepted:" + accepted + "\n" + input + " " + output);
                input.close();
            });
        }

        private static boolean isRefused(Method method, Object stream) {
            return CompletableFuture.supplyAsync(
                                    () -> call(method, stream), ForkJoinPool.commonPool())
                            .join()
                    instanceof WrongThreadException;
        }

        private static Throwable call(Method method, Object stream) {
            try {
                method.invoke(stream, Specimens.arguments(method));
                return null;
            } catch (InvocationTargetException e) {
                return e.getCause();
            } catch (IllegalAccessException e) {
                return e;
            }
        }
    }

    /** Gives up standard output, and reads standard input all the same. */
    static final class CloseOutput {
        public static void main(String[] arguments) {
            Loop.run(loop -> {
                StandardOutput output = StandardOutput.open(loop);
                StandardOutput error = StandardOutput.openError(loop);
                output.onClose(() -> StandardInput.open(loop).pipeTo(error)).close();
            });
        }
    }
}
