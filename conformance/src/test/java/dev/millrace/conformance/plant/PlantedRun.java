package dev.millrace.conformance.plant;

import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.platform.engine.CancellationToken;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.engine.UniqueId;
import org.junit.platform.engine.support.descriptor.ClassSource;
import org.junit.platform.engine.support.descriptor.MethodSource;
import org.junit.platform.launcher.LauncherDiscoveryRequest;
import org.junit.platform.launcher.TagFilter;
import org.junit.platform.launcher.TestExecutionListener;
import org.junit.platform.launcher.TestIdentifier;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherExecutionRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;

/**
 * Runs test classes in a process of their own: {@code PlantedRun RESULT EXCLUDED FIRST CLASS...},
 * where EXCLUDED are tags with commas between and FIRST says whether the first failure is enough.
 * The lines of the file RESULT are {@code failed CLASS.METHOD} and {@code passed CLASS}. Where the
 * first failure is enough, a test that does not end is one: it is named, and where it stood is
 * printed.
 */
final class PlantedRun implements TestExecutionListener {
    private static final long HANG_SECONDS = 60;

    private final Path file;
    private final List<String> results = new ArrayList<>();
    private final ScheduledExecutorService watch =
            Executors.newSingleThreadScheduledExecutor(
                    task -> Thread.ofPlatform().daemon().unstarted(task));
    private @Nullable Future<?> hang;
    private final CancellationToken token = CancellationToken.create();
    private final boolean isFirstEnough;

    private PlantedRun(Path file, boolean isFirstEnough) {
        this.file = file;
        this.isFirstEnough = isFirstEnough;
    }

    public static void main(String[] arguments) throws Exception {
        PlantedRun run = new PlantedRun(Path.of(arguments[0]), Boolean.parseBoolean(arguments[2]));
        List<String> classes = Arrays.asList(arguments).subList(3, arguments.length);
        LauncherDiscoveryRequestBuilder request = LauncherDiscoveryRequestBuilder.request();
        for (String name : classes) {
            request.selectors(selectClass(name));
        }
        if (!arguments[1].isEmpty()) {
            request.filters(TagFilter.excludeTags(arguments[1].split(",")));
        }
        run.execute(request.build());
        // A mistake may have left threads that never end.
        run.end();
    }

    private synchronized void end() throws IOException {
        Files.write(file, results);
        Runtime.getRuntime().halt(0);
    }

    private void execute(LauncherDiscoveryRequest request) {
        LauncherFactory.create()
                .execute(
                        LauncherExecutionRequestBuilder.request(request)
                                .cancellationToken(token)
                                .listeners(this)
                                .build());
    }

    /** No time-out of JUnit's ends a loop that does not heed an interrupt. */
    @Override
    public void executionStarted(TestIdentifier test) {
        if (isFirstEnough && test.isTest()) {
            Thread runner = Thread.currentThread();
            hang = watch.schedule(() -> hangs(test, runner), HANG_SECONDS, TimeUnit.SECONDS);
        }
    }

    private synchronized @Nullable Void hangs(TestIdentifier test, Thread runner)
            throws IOException {
        Exception where = new Exception("no end within " + HANG_SECONDS + " s");
        where.setStackTrace(runner.getStackTrace());
        where.printStackTrace();
        results.add("failed " + place(test) + ", which had no end within " + HANG_SECONDS + " s");
        end();
        return null;
    }

    @Override
    public synchronized void executionFinished(TestIdentifier test, TestExecutionResult result) {
        if (hang != null && test.isTest()) {
            hang.cancel(false);
        }
        if (result.getStatus() == TestExecutionResult.Status.FAILED) {
            result.getThrowable().ifPresent(Throwable::printStackTrace);
            results.add("failed " + place(test));
            if (isFirstEnough) {
                token.cancel();
            }
        } else if (test.isTest() && result.getStatus() == TestExecutionResult.Status.SUCCESSFUL) {
            String passed = "passed " + selected(test);
            if (!results.contains(passed)) {
                results.add(passed);
            }
        }
    }

    private static String place(TestIdentifier test) {
        return test.getSource()
                .filter(MethodSource.class::isInstance)
                .map(MethodSource.class::cast)
                .map(method -> simple(method.getClassName()) + "." + method.getMethodName())
                .orElseGet(() -> className(test));
    }

    /** The class that was asked for; the test may stand in one inside it, or be inherited. */
    private static String selected(TestIdentifier test) {
        return test.getUniqueIdObject().getSegments().stream()
                .filter(segment -> segment.getType().equals("class"))
                .findFirst()
                .map(UniqueId.Segment::getValue)
                .orElseGet(() -> className(test));
    }

    private static String className(TestIdentifier test) {
        return test.getSource()
                .map(source ->
                        switch (source) {
                            case MethodSource method -> method.getClassName();
                            case ClassSource type -> type.getClassName();
                            default -> source.toString();
                        })
                .orElse(test.getDisplayName());
    }

    private static String simple(String className) {
        return className.substring(className.lastIndexOf('.') + 1);
    }
}
