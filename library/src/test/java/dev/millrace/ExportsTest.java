package dev.millrace;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.lang.module.ModuleDescriptor;
import java.lang.reflect.Executable;
import java.lang.reflect.Field;
import java.lang.reflect.Member;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * What a user can see mentions only what a user can name. The compiler's own check ({@code
 * -Xlint:exports}) can't be used: it also asks for {@code requires transitive} of the module of the
 * nullness annotations, with which a program without that module does not compile.
 */
class ExportsTest {
    private static final Set<String> EXPORTED =
            Set.of(
                    "kernel",
                    "loop",
                    "observe",
                    "stream",
                    "stdio",
                    "files",
                    "net",
                    "udp",
                    "http",
                    "ipc",
                    "cluster",
                    "web",
                    "proxyprotocol",
                    "systemd",
                    "tls");

    /** The seam to the kernel and what is below it can change freely. */
    @Test
    void theModuleExportsWhatIsForUsersAndNothingBelowTheLoop() throws IOException {
        Path file = SourceFile.root().resolve("library/target/classes/module-info.class");
        try (InputStream in = Files.newInputStream(file)) {
            assertThat(ModuleDescriptor.read(in).exports())
                    .noneMatch(ModuleDescriptor.Exports::isQualified)
                    .extracting(exports -> exports.source().substring("dev.millrace.".length()))
                    .containsExactlyInAnyOrderElementsOf(EXPORTED);
        }
    }

    @Test
    void publicSignaturesMentionNothingThatIsNotExported()
            throws IOException, ReflectiveOperationException {
        List<String> found = new ArrayList<>();
        for (Class<?> type : exportedTypes()) {
            for (Class<?> mentioned : mentioned(type)) {
                if (isHidden(mentioned)) {
                    found.add(type.getName() + " mentions " + mentioned.getName());
                }
            }
        }
        assertThat(found).as("take it out of the signature, or make it public").isEmpty();
    }

    /**
     * What belongs to the loop or the driver is called through a private receiver: a user who can
     * call {@code stream.onRead(...)} delivers what never arrived.
     */
    @Test
    void noPublicMethodComesFromATypeThatIsNotExported()
            throws IOException, ReflectiveOperationException {
        List<String> found = new ArrayList<>();
        for (Class<?> type : exportedTypes()) {
            leaks(type).forEach(method -> found.add(type.getName() + ": " + method));
        }
        assertThat(found)
                .as("let a class of your own that is not public implement it, and hold that")
                .isEmpty();
    }

    @Test
    void aMethodOfAHiddenInterfaceIsFound() {
        assertThat(leaks(Leaking.class)).isNotEmpty().allMatch(method -> method.contains("Hidden"));
        assertThat(leaks(dev.millrace.loop.Loop.class)).isEmpty();
    }

    private interface Hidden {
        void delivered();
    }

    public static final class Leaking implements Hidden {
        @Override
        public void delivered() {}
    }

    /** The public methods of {@code type} that a hidden type above it has declared. */
    private static List<String> leaks(Class<?> type) {
        Set<String> own = new HashSet<>();
        if (type.isInterface()) {
            // It says anew what it takes over.
            Arrays.stream(type.getDeclaredMethods()).map(Method::getName).forEach(own::add);
        }
        // What the JDK has declared is the JDK's, in whichever class it is written anew.
        above(type).stream()
                .filter(one -> one.getName().startsWith("java."))
                .flatMap(one -> Arrays.stream(one.getMethods()))
                .forEach(method -> own.add(method.getName()));
        return above(type).stream()
                .filter(ExportsTest::isHidden)
                .flatMap(hidden ->
                        Arrays.stream(hidden.getDeclaredMethods())
                                .filter(ExportsTest::isVisible)
                                .filter(method -> !Modifier.isStatic(method.getModifiers()))
                                .filter(method -> !own.contains(method.getName()))
                                .map(method -> hidden.getName() + "." + method.getName()))
                .sorted()
                .toList();
    }

    /** The types that {@code type} extends and implements, near and far. */
    private static Set<Class<?>> above(Class<?> type) {
        Set<Class<?>> found = new LinkedHashSet<>();
        Stream.concat(Stream.ofNullable(type.getSuperclass()), Arrays.stream(type.getInterfaces()))
                .forEach(one -> {
                    found.add(one);
                    found.addAll(above(one));
                });
        return found;
    }

    @Test
    void aTypeOfSysIsHiddenAndOneOfLoopIsNot() {
        assertThat(isHidden(dev.millrace.sys.Libc.class)).isTrue();
        assertThat(isHidden(String.class)).isFalse();
        assertThat(isHidden(dev.millrace.loop.Loop[].class)).isFalse();
    }

    static List<Class<?>> exportedTypes() throws IOException, ReflectiveOperationException {
        Path classes = SourceFile.root().resolve("library/target/classes");
        List<Class<?>> types = new ArrayList<>();
        try (Stream<Path> files = Files.walk(classes.resolve("dev/millrace"))) {
            for (Path file : files.filter(f -> f.toString().endsWith(".class")).toList()) {
                String name = classes.relativize(file).toString().replace('/', '.');
                Class<?> type = Class.forName(name.substring(0, name.length() - ".class".length()));
                if (isVisible(type) && EXPORTED.contains(layer(type))) {
                    types.add(type);
                }
            }
        }
        assertThat(types).hasSizeGreaterThan(20);
        return types;
    }

    private static boolean isVisible(Class<?> type) {
        boolean isOpen =
                Modifier.isPublic(type.getModifiers()) || Modifier.isProtected(type.getModifiers());
        Class<?> outer = type.getDeclaringClass();
        return isOpen && !type.isSynthetic() && (outer == null || isVisible(outer));
    }

    private static List<Class<?>> mentioned(Class<?> type) {
        List<Class<?>> types = new ArrayList<>();
        Stream.concat(
                        Arrays.stream(type.getDeclaredMethods()),
                        Arrays.stream(type.getDeclaredConstructors()))
                .filter(ExportsTest::isVisible)
                .forEach(member -> addTypes(member, types));
        Arrays.stream(type.getDeclaredFields())
                .filter(ExportsTest::isVisible)
                .map(Field::getType)
                .forEach(types::add);
        return types;
    }

    private static boolean isVisible(Member member) {
        int modifiers = member.getModifiers();
        return (Modifier.isPublic(modifiers) || Modifier.isProtected(modifiers))
                && !member.isSynthetic();
    }

    private static void addTypes(Executable member, List<Class<?>> types) {
        types.addAll(List.of(member.getParameterTypes()));
        if (member instanceof Method method) {
            types.add(method.getReturnType());
        }
    }

    /**
     * Whether a user can't name it: not public all the way, or in a package that is not exported.
     */
    private static boolean isHidden(Class<?> type) {
        Class<?> element = type.isArray() ? type.componentType() : type;
        if (!element.getName().startsWith("dev.millrace.")) {
            return false;
        }
        return !isVisible(element) || !EXPORTED.contains(layer(element));
    }

    private static String layer(Class<?> type) {
        return type.getName().split("\\.")[2];
    }
}
