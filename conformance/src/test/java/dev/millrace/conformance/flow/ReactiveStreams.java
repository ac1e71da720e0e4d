package dev.millrace.conformance.flow;

import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import java.lang.annotation.Annotation;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.util.Arrays;
import java.util.Comparator;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.opentest4j.TestAbortedException;
import org.testng.SkipException;
import org.testng.annotations.AfterClass;
import org.testng.annotations.BeforeClass;
import org.testng.annotations.BeforeMethod;
import org.testng.annotations.Test;

/**
 * Runs the rules of the Reactive Streams TCK, which are methods for TestNG, as tests of JUnit, so
 * that the build counts them. A rule that skips itself is aborted, as an assumption is.
 */
final class ReactiveStreams {
    private ReactiveStreams() {}

    /** Every rule of {@code suite}, each on an object of its own. */
    static Stream<DynamicTest> rules(Supplier<?> suite) {
        Class<?> type = suite.get().getClass();
        return Arrays.stream(type.getMethods())
                .filter(method -> method.isAnnotationPresent(Test.class) && !method.isBridge())
                .sorted(Comparator.comparing(Method::getName))
                .map(rule -> dynamicTest(rule.getName(), () -> run(suite.get(), rule)));
    }

    private static void run(Object suite, Method rule) throws Throwable {
        callAll(suite, BeforeClass.class);
        try {
            callAll(suite, BeforeMethod.class);
            call(suite, rule);
        } finally {
            callAll(suite, AfterClass.class);
        }
    }

    private static void callAll(Object suite, Class<? extends Annotation> kind) throws Throwable {
        for (Method method : suite.getClass().getMethods()) {
            if (method.isAnnotationPresent(kind)) {
                call(suite, method);
            }
        }
    }

    private static void call(Object suite, Method method) throws Throwable {
        try {
            method.invoke(suite);
        } catch (InvocationTargetException e) {
            if (e.getCause() instanceof SkipException skipped) {
                throw new TestAbortedException(skipped.getMessage(), skipped);
            }
            throw e.getCause();
        }
    }
}
