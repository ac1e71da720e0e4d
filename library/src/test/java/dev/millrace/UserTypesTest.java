package dev.millrace;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.cluster.Worker;
import dev.millrace.http.ServerRequest;
import dev.millrace.http.ServerResponse;
import dev.millrace.ipc.ParentProcess;
import dev.millrace.loop.Loop;
import dev.millrace.loop.LoopStage;
import dev.millrace.net.BlockingSocket;
import dev.millrace.stdio.StandardInput;
import dev.millrace.stdio.StandardOutput;
import dev.millrace.stream.FilteredTransport;
import dev.millrace.stream.ReadSide;
import dev.millrace.testing.Specimens;
import dev.millrace.web.DecodedBody;
import java.io.IOException;
import java.lang.reflect.Executable;
import java.lang.reflect.Modifier;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Rules for the types whose objects a user holds, found by reflection. */
class UserTypesTest {
    /** Parts of a stream, for those who write one: the stream says what it is. */
    private static final Set<Class<?>> PARTS = Set.of(ReadSide.class, FilteredTransport.class);

    /** Tried where they can be made: in an exchange, and in a process of their own. */
    private static final Set<Class<?>> TRIED_ELSEWHERE =
            Set.of(
                    ServerRequest.class,
                    ServerResponse.class,
                    DecodedBody.class,
                    StandardInput.class,
                    StandardOutput.class,
                    ParentProcess.class,
                    Worker.class);

    /** For every thread but the loop's: {@code BlockingSocketTest} tries it there. */
    private static final Class<?> FOR_OTHER_THREADS = BlockingSocket.class;

    /** Its methods are those of its subclass, of which there is a specimen. */
    private static final Class<?> TRIED_BELOW = LoopStage.class;

    private static List<Class<?>> held() throws IOException, ReflectiveOperationException {
        return ExportsTest.exportedTypes().stream()
                .filter(type -> !type.getPackageName().endsWith(".wire"))
                .filter(type -> !type.getPackageName().endsWith(".content"))
                .filter(type -> !type.isInterface() && !type.isRecord() && !type.isEnum())
                .filter(type -> !Throwable.class.isAssignableFrom(type))
                .filter(type -> !Modifier.isAbstract(type.getModifiers()))
                .filter(UserTypesTest::hasObjects)
                .toList();
    }

    private static boolean hasObjects(Class<?> type) {
        return Arrays.stream(type.getDeclaredMethods())
                .mapToInt(method -> method.getModifiers())
                .anyMatch(bits -> Modifier.isPublic(bits) && !Modifier.isStatic(bits));
    }

    @Test
    void everyTypeThatAUserHoldsSaysWhatItIs() throws Exception {
        assertThat(held()).contains(Loop.class).hasSizeGreaterThan(25);
        assertThat(held().stream().filter(type -> !PARTS.contains(type)))
                .as("give it a toString() that reads fields alone")
                .allMatch(UserTypesTest::hasText);
    }

    private static boolean hasText(Class<?> type) {
        try {
            Class<?> place = type.getMethod("toString").getDeclaringClass();
            return place.getName().startsWith("dev.millrace.");
        } catch (NoSuchMethodException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void aTypeWithoutATextIsFound() {
        assertThat(hasText(ReadSide.class)).isFalse();
    }

    /** So that the rules about threads are tried for a new type as well. */
    @Test
    @Tag("X82")
    void thereIsASpecimenOfEveryTypeThatBelongsToALoop() throws Exception {
        assertThat(
                        held().stream()
                                .filter(UserTypesTest::isConfined)
                                .filter(type ->
                                        type != TRIED_BELOW
                                                && type != FOR_OTHER_THREADS
                                                && !TRIED_ELSEWHERE.contains(type)))
                .as("tell Specimens how to make one")
                .contains(Loop.class)
                .isSubsetOf(Specimens.types());
    }

    /** Made on a loop, or able to say on which one it is. */
    private static boolean isConfined(Class<?> type) {
        Stream<Executable> makers =
                Stream.concat(
                        Arrays.stream(type.getDeclaredConstructors()),
                        Arrays.stream(type.getDeclaredMethods())
                                .filter(method -> method.getReturnType() == type)
                                .filter(method -> Modifier.isStatic(method.getModifiers())));
        return type == Loop.class
                || Arrays.stream(type.getMethods()).anyMatch(m -> m.getReturnType() == Loop.class)
                || makers.anyMatch(one -> List.of(one.getParameterTypes()).contains(Loop.class));
    }
}
