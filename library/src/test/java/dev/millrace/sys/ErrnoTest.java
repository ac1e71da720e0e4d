package dev.millrace.sys;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ErrnoTest {
    @ParameterizedTest
    @Tag("B7")
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    1   | EPERM        | operation not permitted
                    2   | ENOENT       | no such file or directory
                    9   | EBADF        | bad file descriptor
                    11  | EAGAIN       | resource temporarily unavailable
                    13  | EACCES       | permission denied
                    22  | EINVAL       | invalid argument
                    24  | EMFILE       | too many open files
                    32  | EPIPE        | broken pipe
                    98  | EADDRINUSE   | address already in use
                    104 | ECONNRESET   | connection reset by peer
                    107 | ENOTCONN     | socket is not connected
                    110 | ETIMEDOUT    | connection timed out
                    111 | ECONNREFUSED | connection refused
                    125 | ECANCELED    | operation canceled
                    """)
    void numbersHaveLinuxNamesAndNodesTexts(int errno, String name, String text) {
        assertThat(Errno.name(errno)).isEqualTo(name);
        assertThat(Errno.text(errno)).isEqualTo(text);
    }

    @Test
    @Tag("B7")
    void everyNameIsTheOneLibcHasForTheNumber() throws Throwable {
        var function = Linker.nativeLinker().defaultLookup().find("strerrorname_np");
        assumeTrue(function.isPresent(), "libc names no errors: glibc 2.32 does");
        var nameOf =
                Linker.nativeLinker()
                        .downcallHandle(function.get(), FunctionDescriptor.of(ADDRESS, JAVA_INT));
        int known = 0;
        for (int errno = 1; errno < 134; errno++) {
            String ours = Errno.name(errno);
            if (!ours.equals("E" + errno)) {
                MemorySegment text = (MemorySegment) nameOf.invokeExact(errno);
                assertThat(text.reinterpret(64).getString(0)).as("errno %d", errno).isEqualTo(ours);
                known++;
            }
        }
        assertThat(known).isGreaterThan(70);
    }

    @Test
    @Tag("B7")
    void everyConstantHasItsOwnName() throws IllegalAccessException {
        List<Field> constants =
                Arrays.stream(Errno.class.getFields())
                        .filter(field -> Modifier.isStatic(field.getModifiers()))
                        .toList();
        assertThat(constants).hasSizeGreaterThan(30);
        for (Field constant : constants) {
            assertThat(Errno.name(constant.getInt(null))).isEqualTo(constant.getName());
        }
    }

    @Test
    void anUnknownNumberIsNamedByItself() {
        assertThat(Errno.name(9999)).isEqualTo("E9999");
        assertThat(Errno.text(9999)).isEqualTo("unknown error 9999");
        assertThat(Errno.name(0)).isEqualTo("E0");
    }
}
