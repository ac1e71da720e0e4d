package dev.millrace.files;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PathNameTest {

    private static PathName name(String latin1) {
        return PathName.of(latin1.getBytes(StandardCharsets.ISO_8859_1));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/",
                "/a",
                "/a b#c?%41",
                "/\u00e9",
                "/\u00c3\u00bc",
                "/\u0001\u00ff/~+\\:;@"
            })
    void bytesComeBackFromThePath(String latin1) {
        assertThat(PathName.of(name(latin1).toPath())).isEqualTo(name(latin1));
    }

    @Test
    void bytesComeBackFromAFolder(@TempDir Path folder) throws IOException {
        PathName made = PathName.of(folder).resolve(new byte[] {(byte) 0xff, 'x'});
        Files.createDirectory(made.toPath());
        assertThat(PathName.of(made.toPath())).isEqualTo(made);
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(folder)) {
            Path entry = entries.iterator().next();
            assertThat(PathName.of(entry).name()).containsExactly(0xff, 'x');
        }
    }

    @Test
    void whatIsWithinAFolderIsToldByWholeNames() {
        assertThat(name("/a/b").isWithin(name("/a"))).isTrue();
        assertThat(name("/a").isWithin(name("/a"))).isTrue();
        assertThat(name("/ab").isWithin(name("/a"))).isFalse();
        assertThat(name("/").isWithin(name("/a"))).isFalse();
        assertThat(name("/a").isWithin(name("/"))).isTrue();
        assertThat(name("/b/a").isWithin(name("/a"))).isFalse();
    }

    @Test
    void namesAreJoinedByOneSlash() {
        assertThat(name("/").resolve("a")).isEqualTo(name("/a"));
        assertThat(name("/a").resolve("b/c")).isEqualTo(name("/a/b/c")).hasToString("/a/b/c");
        assertThat(name("/a").resolve("")).isEqualTo(name("/a")).isNotEqualTo(name("/b"));
        assertThat(name("/a/bc").name()).containsExactly('b', 'c');
        assertThat(name("/a")).hasSameHashCodeAs(name("/a"));
    }

    @Test
    void bytesAreNotShared() {
        byte[] bytes = {'/', 'a'};
        PathName name = PathName.of(bytes);
        bytes[1] = 'b';
        name.bytes()[1] = 'c';
        assertThat(name).hasToString("/a");
    }

    @Test
    void onlyAnAbsolutePathWithoutNulIsOne() {
        assertThatIllegalArgumentException().isThrownBy(() -> name(""));
        assertThatIllegalArgumentException().isThrownBy(() -> name("a"));
        assertThatIllegalArgumentException().isThrownBy(() -> name("/a\0"));
        assertThatIllegalArgumentException().isThrownBy(() -> name("/a").resolve("\0"));
    }
}
