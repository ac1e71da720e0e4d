package dev.millrace;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassModel;
import java.lang.classfile.FieldModel;
import java.lang.classfile.constantpool.ClassEntry;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Layers know what they should: {@code sys} and {@code driver} the kernel, {@code loop} the ports,
 * what is above the handles.
 */
@Tag("B15")
class DescriptorNumbersTest {
    private static final String OURS = "dev/millrace/";
    private static final Set<String> LOWEST = Set.of("sys", "kernel", "driver", "epoll", "nio");

    /** They have ports, and know nothing of what is behind one. */
    private static final Set<String> OF_PORTS = Set.of("turn", "binding", "loop");

    /**
     * Names of errors, those behind the JDK's exceptions, its grant of native access, what holds a
     * file by its path, how a thread is scheduled, signals, and programs to start.
     */
    private static final Set<String> OF_SYS_FOR_ALL =
            Set.of(
                    "dev/millrace/sys/Errno",
                    "dev/millrace/sys/FileState",
                    "dev/millrace/sys/JdkErrors",
                    "dev/millrace/sys/NativeAccess",
                    "dev/millrace/sys/PathPin",
                    "dev/millrace/sys/ReadableFile",
                    "dev/millrace/sys/SchedulingPolicy",
                    "dev/millrace/sys/SignalWatch",
                    "dev/millrace/sys/Spawn");

    private static List<ClassModel> classes() throws IOException {
        Path folder = SourceFile.root().resolve("library/target/classes");
        try (var files = Files.walk(folder)) {
            return files.filter(file -> file.toString().endsWith(".class"))
                    .filter(file -> !file.endsWith("module-info.class"))
                    .map(DescriptorNumbersTest::parse)
                    .toList();
        }
    }

    private static ClassModel parse(Path file) {
        try {
            return ClassFile.of().parse(file);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private static String layer(ClassModel type) {
        return type.thisClass().asInternalName().substring(OURS.length()).replaceFirst("/.*", "");
    }

    private static Set<String> used(ClassModel type, String prefix) {
        Set<String> names = new TreeSet<>();
        type.constantPool()
                .forEach(entry -> {
                    if (entry instanceof ClassEntry one
                            && one.asInternalName().startsWith(prefix)) {
                        names.add(one.asInternalName());
                    }
                });
        return names;
    }

    @Test
    void onlyTheLowestLayersCallTheKernel() throws IOException {
        Set<String> used = new TreeSet<>();
        for (ClassModel type : classes()) {
            if (!LOWEST.contains(layer(type))) {
                used.addAll(used(type, "dev/millrace/sys/"));
            }
        }
        assertThat(used).isNotEmpty().isSubsetOf(OF_SYS_FOR_ALL);
    }

    @Test
    void noPortIsKnownAboveTheLoop() throws IOException {
        for (ClassModel type : classes()) {
            if (!LOWEST.contains(layer(type)) && !OF_PORTS.contains(layer(type))) {
                assertThat(used(type, "dev/millrace/driver/Port"))
                        .as(type.thisClass().asInternalName())
                        .isEmpty();
            }
        }
    }

    /** A number that a user brings is handed through, and not kept. */
    @Test
    void noDescriptorNumberIsKeptAboveTheDriver() throws IOException {
        for (ClassModel type : classes()) {
            if (!LOWEST.contains(layer(type))) {
                assertThat(type.fields())
                        .as(type.thisClass().asInternalName())
                        .noneMatch(DescriptorNumbersTest::isNumber);
            }
        }
    }

    private static boolean isNumber(FieldModel field) {
        return field.fieldType().equalsString("I")
                && field.fieldName().stringValue().matches("fd|.*[dD]escriptor");
    }
}
