package dev.millrace.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

class UnixAddressTest {
    @Test
    @Tag("G3")
    @Tag("X70")
    void aPathHasUpTo107Bytes() {
        String longest = "/" + "p".repeat(106);
        assertThat(UnixAddress.of(longest)).hasToString(longest);
        assertThatThrownBy(() -> UnixAddress.of(longest + "p"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(
                        "a Unix socket path has 1 to 107 bytes, this one 108 (ENAMETOOLONG): "
                                + longest
                                + "p");
        assertThatThrownBy(() -> UnixAddress.of(""))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("a Unix socket path is not empty: name a file");
    }

    @Test
    @Tag("G3")
    @Tag("X70")
    void bytesCountAndNotCharacters() {
        String umlauts = "/" + "ü".repeat(53);
        assertThat(umlauts).hasSize(54);
        assertThat(UnixAddress.of(umlauts).bytes()).hasSize(107);
        assertThatThrownBy(() -> UnixAddress.of(umlauts + "p"))
                .hasMessageContaining("this one 108");
    }

    /** Its NUL is the first byte and not the last. */
    @Test
    @Tag("G3")
    @Tag("G4")
    void anAbstractNameHasUpTo107BytesAsWell() {
        assertThat(UnixAddress.of("@" + "n".repeat(107)).bytes()).hasSize(108);
        assertThatThrownBy(() -> UnixAddress.of("@" + "n".repeat(108)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("this one 108 (ENAMETOOLONG)");
    }

    @Test
    void anInnerNulIsRefused() {
        assertThatThrownBy(() -> UnixAddress.of("/tmp/a\0b")).hasMessageContaining("holds no NUL");
        assertThatThrownBy(() -> UnixAddress.of("\0a\0b")).hasMessageContaining("holds no NUL");
    }

    @Test
    void anAbstractNameIsWrittenWithAnAtSignOrNul() {
        UnixAddress name = UnixAddress.of("@name");
        assertThat(name).isEqualTo(UnixAddress.of("\0name")).hasToString("@name");
        assertThat(name).hasSameHashCodeAs(UnixAddress.of("\0name"));
        assertThat(name.isAbstract()).isTrue();
        assertThat(name.bytes()).containsExactly(0, 'n', 'a', 'm', 'e');
        assertThat(name).isNotEqualTo(UnixAddress.of("name"));
    }

    @Test
    void aPathIsNeitherAbstractNorUnnamed() {
        UnixAddress path = UnixAddress.of(Path.of("/tmp/x"));
        assertThat(path.isAbstract()).isFalse();
        assertThat(path.isUnnamed()).isFalse();
        assertThat(UnixAddress.ofBytes(new byte[0]).isUnnamed()).isTrue();
    }
}
